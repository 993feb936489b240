import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(33)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
Xt, yt, Xv, yv = X[:1300], y[:1300], X[1300:], y[1300:]


def validate(model):
    model.eval()
    with torch.no_grad():
        out = model(Xv)
        loss = nn.functional.cross_entropy(out, yv)
    return loss.item(), (out.argmax(1) == yv).float().mean().item()


model = nn.Sequential(nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
val_step, iters = 7, 0

model.train()
for epoch in range(4):
    for idx in torch.randperm(1300).split(65):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(Xt[idx]), yt[idx])
        loss.backward()
        optimizer.step()
        iters += 1
        if iters % val_step == 0:
            v, a = validate(model)
            print(f"iter {iters} train {loss.item():.3f} val {v:.3f} acc {a:.3f}")
