import torch
from torch import nn

torch.manual_seed(18)
gen = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
critic = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 1))
g_opt = torch.optim.Adam(gen.parameters(), lr=1e-3, betas=(0.0, 0.9))
c_opt = torch.optim.Adam(critic.parameters(), lr=3e-3, betas=(0.0, 0.9))


def gradient_penalty(real, fake):
    eps = torch.rand(len(real), 1)
    mix = (eps * real + (1 - eps) * fake).requires_grad_(True)
    g = torch.autograd.grad(critic(mix).sum(), mix, create_graph=True)[0]
    return ((g.norm(2, dim=1) - 1) ** 2).mean()


for it in range(40):
    for _ in range(3):
        real = torch.randn(64, 2) * 0.2 + 2
        with torch.no_grad():
            fake = gen(torch.randn(64, 2))
        c_loss = critic(fake).mean() - critic(real).mean() + 10 * gradient_penalty(real, fake)
        c_opt.zero_grad()
        c_loss.backward()
        c_opt.step()
    g_loss = -critic(gen(torch.randn(64, 2))).mean()
    g_opt.zero_grad()
    g_loss.backward()
    g_opt.step()
    if it % 10 == 0:
        print(it, round(c_loss.item(), 3), round(g_loss.item(), 3))
