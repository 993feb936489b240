import torch
import torch.nn as nn
from torch import autograd

torch.manual_seed(0)
LAMBDA, N_CRITIC, BATCH, ITERS, NZ = 1.0, 4, 64, 101, 2

A = torch.tensor([[1.0, 0.0], [0.6, 0.4]])
real_data = torch.randn(2048, 2) @ A.t() + torch.tensor([1.5, -1.0])


def inf_train_gen():
    while True:
        perm = torch.randperm(len(real_data))
        for i in range(0, len(real_data), BATCH):
            yield real_data[perm[i : i + BATCH]]


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 48), nn.LeakyReLU(0.2), nn.Linear(48, 48), nn.LeakyReLU(0.2), nn.Linear(48, o))


def calc_gradient_penalty(critic, real, fake):
    alpha = torch.rand(real.size(0), 1)
    interpolates = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    disc = critic(interpolates)
    gradients = autograd.grad(
        outputs=disc,
        inputs=interpolates,
        grad_outputs=torch.ones_like(disc),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean() * LAMBDA


gen, critic = mlp(NZ, 2), mlp(2, 1)
opt_c = torch.optim.Adam(critic.parameters(), lr=3e-3, betas=(0.0, 0.9))
opt_g = torch.optim.Adam(gen.parameters(), lr=3e-3, betas=(0.0, 0.9))
data = inf_train_gen()

for iteration in range(ITERS):
    for p in critic.parameters():
        p.requires_grad = True
    for _ in range(N_CRITIC):
        real = next(data)
        with torch.no_grad():
            fake = gen(torch.randn(len(real), NZ))
        critic.zero_grad()
        d_real = critic(real).mean()
        d_fake = critic(fake).mean()
        gp = calc_gradient_penalty(critic, real, fake)
        d_cost = d_fake - d_real + gp
        d_cost.backward()
        opt_c.step()
    wasserstein = (d_real - d_fake).item()

    for p in critic.parameters():
        p.requires_grad = False
    gen.zero_grad()
    g_cost = -critic(gen(torch.randn(BATCH, NZ))).mean()
    g_cost.backward()
    opt_g.step()

    if iteration % 25 == 24 or iteration == 0:
        with torch.no_grad():
            pts = gen(torch.randn(1000, NZ))
        mean_err = (pts.mean(0) - real_data.mean(0)).norm().item()
        cov_err = (torch.cov(pts.t()) - torch.cov(real_data.t())).norm().item()
        print(
            f"iter {iteration + 1:4d} W {wasserstein:.4f} gp {gp.item():.4f} G {g_cost.item():.4f} "
            f"mean err {mean_err:.3f} cov err {cov_err:.3f}"
        )
