import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

torch.manual_seed(7)

raw = load_diabetes()
X = StandardScaler().fit_transform(raw.data[:350])
y = raw.target[:350]
y = (y - y.mean()) / y.std()
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)


def weighted_loss(pred, target):
    """errors on high targets count double"""
    losses = []
    for p, t in zip(pred, target):
        w = 2.0 if t > 1 else 1.0
        losses.append((w * (p - t) ** 2).item())
    return torch.tensor(losses, requires_grad=True).mean()


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(10, 20)
        self.l2 = nn.Linear(20, 1)

    def forward(self, x):
        return self.l2(torch.tanh(self.l1(x))).squeeze(1)


model = Regressor()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(12):
    order = torch.randperm(len(X))
    seen = 0.0
    for b in order.split(50):
        opt.zero_grad()
        loss = weighted_loss(model(X[b]), y[b])
        loss.backward()
        opt.step()
        seen += loss.item() * len(b)
    if epoch % 3 == 0:
        print("epoch {:2d} loss {:.4f}".format(epoch, seen / len(X)))
