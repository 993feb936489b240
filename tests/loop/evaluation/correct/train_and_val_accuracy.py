import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(34)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
perm = torch.randperm(len(X))
train_set = TensorDataset(X[perm[:1400]], y[perm[:1400]])
val_set = TensorDataset(X[perm[1400:]], y[perm[1400:]])
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
train_eval_loader = DataLoader(train_set, batch_size=256)
val_loader = DataLoader(val_set, batch_size=256)


def accuracy(net, loader):
    net.eval()
    good = total = 0
    with torch.no_grad():
        for a, b in loader:
            good += (net(a).argmax(1) == b).sum().item()
            total += b.numel()
    return good / total


net = nn.Sequential(nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 10))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(3):
    net.train()
    for a, b in train_loader:
        opt.zero_grad()
        nn.functional.cross_entropy(net(a), b).backward()
        opt.step()
    print(f"epoch {epoch} train acc {accuracy(net, train_eval_loader):.3f} val acc {accuracy(net, val_loader):.3f}")
