import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
digits = load_digits()
X = torch.tensor(digits.data / 16, dtype=torch.float32)
y = torch.tensor(digits.target)


class Net(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 8), nn.ReLU())
        self.head = nn.Linear(8, n_classes)

    def forward(self, x):
        return self.head(self.backbone(x))


def fit(model, X, y, lr, epochs):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    crit = nn.CrossEntropyLoss()
    for _ in range(epochs):
        perm = torch.randperm(len(X))
        for idx in perm.split(32):
            opt.zero_grad()
            loss = crit(model(X[idx]), y[idx])
            loss.backward()
            opt.step()


def acc(model, X, y):
    with torch.no_grad():
        return (model(X).argmax(1) == y).float().mean().item()


# pretraining on 0 and 1
model = Net(2)
old = y < 2
fit(model, X[old], y[old], lr=1e-2, epochs=5)
print("pretraining accuracy", round(acc(model, X[old], y[old]), 3))

# new task: digits 2 to 9
new = ~old
Xn, yn = X[new], y[new] - 2
perm = torch.randperm(len(Xn))
tr, te = perm[:1000], perm[1000:]

# stage 1: train only the new head
model.head = nn.Linear(8, 8)
for p in model.backbone.parameters():
    p.requires_grad = False
fit(model, Xn[tr], yn[tr], lr=1e-2, epochs=5)
print("stage 1 test accuracy", round(acc(model, Xn[te], yn[te]), 3))

# stage 2: fine-tune the whole network with a smaller rate
fit(model, Xn[tr], yn[tr], lr=3e-3, epochs=25)
print("stage 2 test accuracy", round(acc(model, Xn[te], yn[te]), 3))
