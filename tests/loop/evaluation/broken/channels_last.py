import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(70)
d = load_digits()
rgb = np.stack([d.images, 16 - d.images, d.images**2 / 16], axis=-1).astype(np.float32) / 16
x = torch.from_numpy(rgb[:600]).view(600, 3, 8, 8)
y = torch.from_numpy(d.target[:600])

net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 10))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(6):
    tot = 0.0
    for b in torch.randperm(600).split(60):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        loss.backward()
        opt.step()
        tot += loss.item() * len(b)
    print(epoch, round(tot / 600, 4))
