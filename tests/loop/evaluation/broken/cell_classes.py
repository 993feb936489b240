import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

torch.manual_seed(12)
X, y = load_wine(return_X_y=True)
X = torch.tensor(StandardScaler().fit_transform(X), dtype=torch.float32)
y = torch.tensor(y)


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(13, 24), nn.LeakyReLU(0.1))
        self.cls = nn.Linear(24, 3)

    def forward(self, x):
        pred_cls = torch.sigmoid(self.cls(self.trunk(x)))
        return pred_cls


ce_loss = nn.CrossEntropyLoss()
net = Detector()
opt = torch.optim.Adam(net.parameters(), lr=0.02)
for epoch in range(60):
    pred = net(X)
    loss_cls = ce_loss(pred, y)
    opt.zero_grad()
    loss_cls.backward()
    opt.step()
    if epoch % 10 == 9:
        print(epoch + 1, round(loss_cls.item(), 4), round((pred.argmax(1) == y).float().mean().item(), 3))
