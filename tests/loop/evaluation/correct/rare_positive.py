import torch
from torch import nn

torch.manual_seed(27)
X = torch.randn(1500, 8)
y = (X[:, 0] + X[:, 1] + 0.5 * torch.randn(1500) > 2.6).float()
Xt, yt, Xv, yv = X[:1200], y[:1200], X[1200:], y[1200:]
pos_weight = (yt == 0).sum() / (yt == 1).sum()
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(8):
    model.train()
    for b in torch.randperm(1200).split(100):
        opt.zero_grad()
        criterion(model(Xt[b]).squeeze(1), yt[b]).backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        prob = torch.sigmoid(model(Xv).squeeze(1))
    pred = prob > 0.5
    recall = (pred & yv.bool()).sum().item() / yv.sum().item()
    print(epoch, "recall", round(recall, 3), "flagged", int(pred.sum()))
