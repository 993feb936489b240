import math

import torch
import torch.nn as nn

torch.manual_seed(23)


def real_batch(n):
    a = torch.rand(n) * 2 * math.pi
    return torch.stack([a.cos(), a.sin()], 1) + 0.05 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(4, 32), nn.LeakyReLU(0.2), nn.Linear(32, 2))
D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
optimizerG = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))
optimizerD = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
criterion = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(64, 1), torch.zeros(64, 1)

for it in range(120):
    fake = G(torch.randn(64, 4))

    optimizerD.zero_grad()
    errD = criterion(D(real_batch(64)), ones) + criterion(D(fake.detach()), zeros)
    errD.backward()
    optimizerD.step()

    optimizerG.zero_grad()
    errG = criterion(D(fake.detach()), ones)
    errG.backward()
    optimizerG.step()

    if it % 30 == 0:
        print(f"[{it}] Loss_D: {errD.item():.4f} Loss_G: {errG.item():.4f}")
