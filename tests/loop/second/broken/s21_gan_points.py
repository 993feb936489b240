import torch
import torch.nn as nn

torch.manual_seed(0)


def real_points(n):
    return torch.randn(n, 2) * torch.tensor([1.0, 0.5]) + torch.tensor([3.0, -2.0])


G = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
bce = nn.BCEWithLogitsLoss()
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.0, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.0, 0.9))
B = 64
ones, zeros = torch.ones(B, 1), torch.zeros(B, 1)

for it in range(1201):
    opt_g.zero_grad()
    opt_d.zero_grad()
    real = real_points(B)
    fake = G(torch.randn(B, 4))

    # discriminator
    d_loss = bce(D(real), ones) + bce(D(fake), zeros)
    d_loss.backward()
    opt_d.step()

    # generator
    fake = G(torch.randn(B, 4))
    g_loss = bce(D(fake), ones)
    g_loss.backward()
    opt_g.step()

    if it % 300 == 0:
        print(f"it {it:4d}  D {d_loss.item():.3f}  G {g_loss.item():.3f}")

with torch.no_grad():
    s = G(torch.randn(1000, 4))
print("generated mean", s.mean(0).tolist(), "data mean [3.0, -2.0]")
print("generated std ", s.std(0).tolist(), "data std  [1.0, 0.5]")
