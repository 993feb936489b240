import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(42)
d = load_digits()
x = torch.tensor(d.images[:16] / 16, dtype=torch.float32).unsqueeze(1)
y = torch.tensor(d.target[:16])
net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(60):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
    if step % 15 == 14:
        print(step + 1, round(loss.item(), 4))
assert loss.item() < 0.1
