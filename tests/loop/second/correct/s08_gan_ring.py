import math
import torch
import torch.nn as nn

torch.manual_seed(11)

latent_dim = 4
batch_size = 128


def sample_real(n):
    k = torch.randint(0, 8, (n,))
    ang = k * (2 * math.pi / 8)
    pts = torch.stack([ang.cos(), ang.sin()], dim=1)
    return pts + 0.05 * torch.randn(n, 2)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(latent_dim, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, z):
        return self.main(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1), nn.Sigmoid()
        )

    def forward(self, x):
        return self.main(x).view(-1)


netG, netD = Generator(), Discriminator()
criterion = nn.BCELoss()
optimizerD = torch.optim.Adam(netD.parameters(), lr=1e-3, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(netG.parameters(), lr=1e-3, betas=(0.5, 0.999))
real_label, fake_label = 1.0, 0.0
fixed_noise = torch.randn(500, latent_dim)

for it in range(350):
    # update D: maximize log(D(x)) + log(1 - D(G(z)))
    netD.zero_grad()
    real = sample_real(batch_size)
    label = torch.full((batch_size,), real_label)
    output = netD(real)
    errD_real = criterion(output, label)
    errD_real.backward()
    D_x = output.mean().item()

    noise = torch.randn(batch_size, latent_dim)
    fake = netG(noise)
    label.fill_(fake_label)
    output = netD(fake.detach())
    errD_fake = criterion(output, label)
    errD_fake.backward()
    D_G_z1 = output.mean().item()
    errD = errD_real + errD_fake
    optimizerD.step()

    # update G: maximize log(D(G(z)))
    netG.zero_grad()
    label.fill_(real_label)
    output = netD(fake)
    errG = criterion(output, label)
    errG.backward()
    D_G_z2 = output.mean().item()
    optimizerG.step()

    if it % 50 == 0 or it == 349:
        with torch.no_grad():
            r = netG(fixed_noise).norm(dim=1)
        print(
            "[%d] Loss_D: %.4f Loss_G: %.4f D(x): %.4f D(G(z)): %.4f / %.4f | radius %.2f"
            % (it, errD.item(), errG.item(), D_x, D_G_z1, D_G_z2, r.mean().item())
        )
