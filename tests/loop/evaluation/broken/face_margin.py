import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(31)
X, y = load_digits(n_class=5, return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)


class CosineNet(nn.Module):
    def __init__(self, n_classes, s=16.0):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16))
        self.weight = nn.Parameter(torch.randn(n_classes, 16))
        self.s = s

    def forward(self, x):
        f = F.normalize(self.body(x).data)
        w = F.normalize(self.weight.data)
        return self.s * f @ w.t()


net = CosineNet(5)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)

for epoch in range(4):
    for i, idx in enumerate(torch.randperm(len(X)).split(90)):
        output = net(X[idx])
        loss = criterion(output, y[idx])
        loss.requires_grad = True
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    acc = (net(X).argmax(1) == y).float().mean()
    print(f"train epoch {epoch} loss {loss.item():.4f} acc {acc:.3f}")
