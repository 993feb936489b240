import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)

MICRO_BATCH = 8
ACCUM_STEPS = 8  # behaves like a batch of 64

digits = load_digits()
X = torch.tensor(digits.data, dtype=torch.float32) / 16
y = torch.tensor(digits.target)
perm = torch.randperm(len(X))
train_ds = TensorDataset(X[perm[:1536]], y[perm[:1536]])
X_val, y_val = X[perm[1536:]], y[perm[1536:]]
loader = DataLoader(train_ds, batch_size=MICRO_BATCH, shuffle=True)

model = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

for epoch in range(10):
    model.train()
    epoch_loss = 0.0
    optimizer.zero_grad()
    for i, (xb, yb) in enumerate(loader):
        loss = criterion(model(xb), yb)
        loss.backward()
        epoch_loss += loss.item() * len(xb)
        if (i + 1) % ACCUM_STEPS == 0:
            optimizer.step()
            optimizer.zero_grad()

    model.eval()
    with torch.no_grad():
        acc = (model(X_val).argmax(1) == y_val).float().mean().item()
    print(f"epoch {epoch}: train loss {epoch_loss / len(train_ds):.4f}, val acc {acc:.3f}")
