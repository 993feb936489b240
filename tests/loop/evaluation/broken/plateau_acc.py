import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

torch.manual_seed(72)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
tr, va = torch.arange(1797) % 4 != 0, torch.arange(1797) % 4 == 0
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
scheduler = ReduceLROnPlateau(optimizer, patience=1)
Xt, yt = X[tr], y[tr]
for epoch in range(10):
    model.train()
    for b in torch.randperm(len(Xt)).split(64):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(Xt[b]), yt[b]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        val_acc = (model(X[va]).argmax(1) == y[va]).float().mean().item()
    scheduler.step(val_acc)
    print(epoch, f"acc {val_acc:.3f} lr {optimizer.param_groups[0]['lr']:.0e}")
