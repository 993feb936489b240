import torch
from torch import nn

torch.manual_seed(74)
X = torch.randn(800, 5)
y = (X[:, 0] + 0.5 * X[:, 1] + 0.8 * torch.randn(800) > 1.1).float()
Xt, yt, Xv, yv = X[:600], y[:600], X[600:], y[600:]
model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
loss_fn = nn.BCEWithLogitsLoss()
for epoch in range(8):
    model.train()
    for b in torch.randperm(600).split(60):
        opt.zero_grad()
        loss_fn(model(Xt[b])[:, 0], yt[b]).backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        pred = (model(Xv)[:, 0] > 0.5).float()
    tp = (pred * yv).sum().item()
    print(epoch, "recall", round(tp / yv.sum().item(), 3), "precision", round(tp / max(pred.sum().item(), 1), 3))
