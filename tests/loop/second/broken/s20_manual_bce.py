import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer

torch.manual_seed(0)
np.random.seed(0)

data = load_breast_cancer()
order = np.random.permutation(len(data.target))
X, y = data.data[order], data.target[order]
mean, std = X[:450].mean(0), X[:450].std(0)
X = torch.tensor((X - mean) / std, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)
X_train, y_train, X_test, y_test = X[:450], y[:450], X[450:], y[450:]


def bce(p, t):
    return -(t * torch.log(p) + (1 - t) * torch.log(1 - p)).mean()


class LogisticMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(30, 20)
        self.b = nn.Linear(20, 1)

    def forward(self, x):
        return torch.sigmoid(self.b(torch.relu(self.a(x)))).squeeze(1)


model = LogisticMLP()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
n = len(X_train)

for epoch in range(30):
    model.train()
    perm = torch.randperm(n)
    epoch_loss = 0.0
    for i in range(0, n, 30):
        b = perm[i : i + 30]
        opt.zero_grad()
        loss = bce(model(X_train[b]), y_train[b])
        loss.backward()
        opt.step()
        epoch_loss += loss.item() * len(b)
    model.eval()
    with torch.no_grad():
        test_acc = ((model(X_test) > 0.5).float() == y_test).float().mean().item()
    if epoch % 3 == 0:
        print(f"epoch {epoch:2d} loss {epoch_loss / n:.4f} test acc {test_acc:.3f}")
