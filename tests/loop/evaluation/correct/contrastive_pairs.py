import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(17)
X = torch.tensor(load_digits().data / 16, dtype=torch.float32)
encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32))
projector = nn.Linear(32, 16)
params = list(encoder.parameters()) + list(projector.parameters())
opt = torch.optim.Adam(params, lr=2e-3)


def augment(x):
    return x * (torch.rand_like(x) > 0.15) + 0.05 * torch.randn_like(x)


def info_nce(za, zb, tau=0.2):
    za, zb = F.normalize(za, dim=1), F.normalize(zb, dim=1)
    logits = za @ zb.t() / tau
    labels = torch.arange(len(za))
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2


for epoch in range(5):
    tot = n = 0
    for idx in torch.randperm(len(X)).split(128):
        a, b = augment(X[idx]), augment(X[idx])
        loss = info_nce(projector(encoder(a)), projector(encoder(b)))
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(idx)
        n += len(idx)
    print(epoch, round(tot / n, 4))
