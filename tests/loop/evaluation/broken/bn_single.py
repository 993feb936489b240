import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(29)
X, y = load_breast_cancer(return_X_y=True)
X = (X - X.mean(0)) / X.std(0)
xa, xb, ya, yb = train_test_split(X, y, test_size=120, random_state=29)
xa, xb = torch.tensor(xa).float(), torch.tensor(xb).float()
ya, yb = torch.tensor(ya), torch.tensor(yb)

model = nn.Sequential(nn.Linear(30, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)


@torch.no_grad()
def accuracy(model, x, y, bs=4):
    right = 0
    for i in range(0, len(x), bs):
        right += (model(x[i : i + bs]).argmax(1) == y[i : i + bs]).sum().item()
    return right / len(x)


for epoch in range(6):
    model.train()
    for i in torch.randperm(len(xa)).split(64):
        if len(i) < 2:
            continue
        opt.zero_grad()
        nn.functional.cross_entropy(model(xa[i]), ya[i]).backward()
        opt.step()
    print(epoch, "held-out accuracy", round(accuracy(model, xb, yb), 3))
