import copy

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(24)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
Xt, yt, Xv, yv = X[:1400], y[:1400], X[1400:], y[1400:]
model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Dropout(0.2), nn.Linear(48, 10))
ema = copy.deepcopy(model).eval().requires_grad_(False)
opt = torch.optim.Adam(model.parameters(), lr=5e-3)


@torch.no_grad()
def update_ema(decay=0.95):
    for e, p in zip(ema.parameters(), model.parameters(), strict=True):
        e.lerp_(p, 1 - decay)


for epoch in range(5):
    model.train()
    for b in torch.randperm(1400).split(70):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(Xt[b]), yt[b])
        loss.backward()
        opt.step()
        update_ema()
    with torch.no_grad():
        acc = (ema(Xv).argmax(1) == yv).float().mean().item()
    print(epoch, round(loss.item(), 4), "ema acc", round(acc, 3))
