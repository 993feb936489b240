import torch
from sklearn.datasets import load_wine
from torch import nn

torch.manual_seed(38)
X, y = load_wine(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)
model = nn.Sequential(nn.Linear(13, 24), nn.ReLU(), nn.Linear(24, 3))
base = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
rho = 0.05
for epoch in range(8):
    for b in torch.randperm(len(X)).split(45):
        loss = nn.functional.cross_entropy(model(X[b]), y[b])
        loss.backward()
        with torch.no_grad():
            norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm() + 1e-12
            shifts = [rho * p.grad / norm for p in model.parameters()]
            for p, e in zip(model.parameters(), shifts, strict=True):
                p.add_(e)
        base.zero_grad()
        nn.functional.cross_entropy(model(X[b]), y[b]).backward()
        with torch.no_grad():
            for p, e in zip(model.parameters(), shifts, strict=True):
                p.sub_(e)
        base.step()
        base.zero_grad()
    print(epoch, round(loss.item(), 4))
