import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.optim.lr_scheduler import StepLR

torch.manual_seed(64)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
scheduler = StepLR(optimizer, step_size=1, gamma=0.3)

for epoch in range(5):
    scheduler.step()
    model.train()
    tot = 0.0
    for b in torch.randperm(len(X)).split(64):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X[b]), y[b])
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(b)
    print(f"epoch {epoch} lr {optimizer.param_groups[0]['lr']:.4f} loss {tot / len(X):.4f}")
