import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(35)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
eps = 0.05
for epoch in range(4):
    tot = 0.0
    for b in torch.randperm(len(X)).split(100):
        x = X[b].clone().requires_grad_(True)
        nn.functional.cross_entropy(net(x), y[b]).backward()
        x_adv = (x + eps * x.grad.sign()).clamp(0, 1).detach()
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x_adv), y[b])
        loss.backward()
        opt.step()
        tot += loss.item() * len(b)
    print(epoch, round(tot / len(X), 4))
