import torch
import torch.nn as nn

torch.manual_seed(10)
G = nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 2))
D = nn.Sequential(nn.Linear(2, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1), nn.Sigmoid())
optimizer_G = torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.5, 0.999))
optimizer_D = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.999))
adversarial_loss = nn.BCELoss()
valid, fake_label = torch.ones(64, 1), torch.zeros(64, 1)

for i in range(150):
    real = torch.randn(64, 2) * 0.3 + torch.tensor([1.5, -1.0])

    optimizer_G.zero_grad()
    gen = G(torch.randn(64, 4))
    g_loss = adversarial_loss(D(gen), valid)
    g_loss.backward()
    optimizer_G.step()

    optimizer_D.zero_grad()
    d_loss = (adversarial_loss(D(real), valid) + adversarial_loss(D(gen.detach()), fake_label)) / 2
    d_loss.backward()
    optimizer_D.step()
    if i % 30 == 0:
        print(f"[{i}] D {d_loss.item():.3f} G {g_loss.item():.3f} mean {gen.mean(0).tolist()[0]:.2f}")
