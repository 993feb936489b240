import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(24)
X, y = load_digits(return_X_y=True)
keep = (y == 3) | (y == 5) | (y == 8)
X = torch.tensor(X[keep] / 16, dtype=torch.float32)
y = torch.tensor(y[keep] == 3).long() + 2 * torch.tensor(y[keep] == 5).long()
noisy = torch.rand(len(y)) < 0.35
y = torch.where(noisy, torch.randint(0, 3, y.shape), y)
order = torch.randperm(len(y))
tr, va = order[:150], order[150:400]

model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 3))
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(40):
    model.train()
    train_loss = 0.0
    for b in tr[torch.randperm(150)].split(30):
        opt.zero_grad()
        loss = loss_fn(model(X[b]), y[b])
        loss.backward()
        opt.step()
        train_loss += loss.item() * len(b) / 150
    model.eval()
    with torch.no_grad():
        val_loss = loss_fn(model(X[va]), y[va]).item()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:2d} train {train_loss:.3f} val {val_loss:.3f}")
