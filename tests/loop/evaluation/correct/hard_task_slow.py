import torch
from torch import nn

torch.manual_seed(43)
X = torch.randn(600, 12)
y = torch.randint(0, 2, (600,))
flip = torch.rand(600) < 0.75
y = torch.where(flip, (X[:, 0] > 0).long(), y)
Xt, yt, Xv, yv = X[:450], y[:450], X[450:], y[450:]
model = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2))
opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)
for epoch in range(10):
    model.train()
    for b in torch.randperm(450).split(45):
        opt.zero_grad()
        nn.functional.cross_entropy(model(Xt[b]), yt[b]).backward()
        opt.step()
    model.eval()
    with torch.inference_mode():
        out = model(Xv)
        print(
            epoch,
            round(nn.functional.cross_entropy(out, yv).item(), 4),
            round((out.argmax(1) == yv).float().mean().item(), 3),
        )
