import torch
import torch.nn as nn

torch.manual_seed(78)

gen = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
disc = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 1))
d_opt = torch.optim.SGD(disc.parameters(), lr=0.05)
g_opt = torch.optim.SGD(gen.parameters(), lr=0.05)
bce = nn.BCEWithLogitsLoss()

for step in range(150):
    real = torch.randn(64, 1) * 0.5 + 2.0
    fake = gen(torch.randn(64, 2))
    d_loss = bce(disc(real), torch.ones(64, 1)) + bce(disc(fake.detach()), torch.zeros(64, 1))
    d_loss.backward()
    d_opt.step()

    g_opt.zero_grad()
    g_loss = bce(disc(gen(torch.randn(64, 2))), torch.ones(64, 1))
    g_loss.backward()
    g_opt.step()
    if step % 30 == 0:
        print(step, round(d_loss.item(), 3), round(g_loss.item(), 3), "mean", round(fake.mean().item(), 3))
