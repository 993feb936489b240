import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(29)


def nt_xent(z1, z2, temperature=0.5):
    n = z1.size(0)
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    sim = z @ z.t() / temperature
    sim.fill_diagonal_(float("-inf"))
    targets = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, targets)


def augment(x):
    shift = torch.randint(0, x.size(-1), (x.size(0), 1))
    idx = (torch.arange(x.size(-1)) + shift) % x.size(-1)
    x = x.gather(1, idx)
    x = x * (0.7 + 0.6 * torch.rand(x.size(0), 1))
    return x + 0.2 * torch.randn_like(x)


def make_signals(n):
    y = torch.randint(0, 4, (n,))
    t = torch.linspace(0, 2 * torch.pi, 33)[:-1]
    ph = torch.rand(n, 1) * 2 * torch.pi
    waves = torch.stack(
        [torch.sin(t + ph), torch.sin(2 * t + ph), torch.sign(torch.sin(t + ph)), torch.sin(t + ph) * torch.sin(3 * t)],
        1,
    )
    return waves[torch.arange(n), y] + 0.2 * torch.randn(n, 32), y


class SimCLR(nn.Module):
    def __init__(self, dim=32, proj=16):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv1d(1, 16, 5, padding=2, padding_mode="circular"),
            nn.BatchNorm1d(16),
            nn.ReLU(),
            nn.Conv1d(16, dim, 5, padding=2, padding_mode="circular"),
            nn.BatchNorm1d(dim),
            nn.ReLU(),
            nn.AdaptiveAvgPool1d(1),
            nn.Flatten(),
        )
        self.projector = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, proj))

    def forward(self, x):
        return self.projector(self.encoder(x.unsqueeze(1)))


x_unlab, _ = make_signals(1024)
model = SimCLR()
opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4)
bs, epochs = 128, 10
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs * (len(x_unlab) // bs))

for epoch in range(epochs):
    model.train()
    total = 0.0
    for idx in torch.randperm(len(x_unlab)).view(-1, bs):
        x = x_unlab[idx]
        loss = nt_xent(model(augment(x)), model(augment(x)))
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
        total += loss.item()
    print(f"pretrain epoch {epoch} nt-xent {total / (len(x_unlab) // bs):.4f}")

# linear probe
encoder = model.encoder.eval().requires_grad_(False)
(x_tr, y_tr), (x_te, y_te) = make_signals(200), make_signals(500)
f_tr, f_te = encoder(x_tr.unsqueeze(1)), encoder(x_te.unsqueeze(1))
mu, sd = f_tr.mean(0), f_tr.std(0) + 1e-6
f_tr, f_te = (f_tr - mu) / sd, (f_te - mu) / sd
probe = nn.Linear(32, 4)
probe_opt = torch.optim.SGD(probe.parameters(), lr=0.2, momentum=0.9)
for i in range(60):
    probe_opt.zero_grad()
    loss = F.cross_entropy(probe(f_tr), y_tr)
    loss.backward()
    probe_opt.step()
with torch.no_grad():
    print("probe loss %.4f test acc %.3f" % (loss.item(), (probe(f_te).argmax(1) == y_te).float().mean().item()))
