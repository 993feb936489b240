import torch
from torch import nn
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

torch.manual_seed(37)
X, y = load_breast_cancer(return_X_y=True)
X = torch.tensor(StandardScaler().fit_transform(X), dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).view(-1, 1)


class FeatureExtractor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(30, 16), nn.Tanh(), nn.Linear(16, 4))

    def forward(self, x):
        return self.net(x)


class Full(nn.Module):
    def __init__(self):
        super().__init__()
        self.extractor = FeatureExtractor()
        self.scorer = nn.Linear(4, 1)

    def forward(self, x):
        z = self.extractor(x)
        z = torch.from_numpy(z.detach().numpy())
        return self.scorer(z)


model = Full()
opt = torch.optim.RMSprop(model.parameters(), lr=0.005)
lossf = nn.BCEWithLogitsLoss()
for e in range(6):
    for ii in torch.randperm(len(X)).split(100):
        opt.zero_grad()
        l = lossf(model(X[ii]), y[ii])
        l.backward()
        opt.step()
    print("ep", e, "loss", round(lossf(model(X), y).item(), 4))
