import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(11)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
low, high = y < 7, y >= 7


class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 24), nn.BatchNorm1d(24), nn.ReLU()
        )
        self.head = nn.Linear(24, n)

    def forward(self, x):
        return self.head(self.backbone(x))


net = Net(7)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    for b in torch.randperm(int(low.sum())).split(64):
        opt.zero_grad()
        nn.functional.cross_entropy(net(X[low][b]), y[low][b]).backward()
        opt.step()

for p in net.backbone.parameters():
    p.requires_grad_(False)
net.head = nn.Linear(24, 3)
opt = torch.optim.Adam(net.head.parameters(), lr=1e-2)
Xh, yh = X[high], y[high] - 7
n_train = 400
for epoch in range(4):
    net.train()
    net.backbone.eval()
    for b in torch.randperm(n_train).split(40):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(Xh[b]), yh[b])
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        acc = (net(Xh[n_train:]).argmax(1) == yh[n_train:]).float().mean().item()
    print(epoch, round(loss.item(), 4), round(acc, 3))
