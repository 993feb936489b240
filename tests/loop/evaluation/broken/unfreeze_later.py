import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(19)
d = load_digits()
imgs = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1)[:640] / 16
lbls = torch.tensor(d.target)[:640]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(72, 32), nn.ReLU()
        )
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.backbone(x))


net = Net()
for p in net.backbone.parameters():
    p.requires_grad = False
opt = torch.optim.Adam(net.parameters(), lr=3e-3)


def epoch():
    tot = 0.0
    for idx in torch.randperm(640).split(64):
        opt.zero_grad()
        loss = F.cross_entropy(net(imgs[idx]), lbls[idx])
        loss.backward()
        opt.step()
        tot += loss.item() * len(idx)
    return tot / 640


print("stage 1: head only")
for e in range(3):
    print(f"  {epoch():.4f}")

print("stage 2: whole network")
net.backbone.requires_grad = True
for e in range(4):
    print(f"  {epoch():.4f}")
