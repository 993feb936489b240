import torch
from sklearn.datasets import load_digits
from torch import nn, optim

torch.manual_seed(7)
X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16, dtype=torch.float32)
y = torch.tensor(y)

model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10))
loss_fn = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=1e-3)

losses = []
for epoch in range(5):
    order = torch.randperm(len(X))
    for i in range(0, len(X), 128):
        batch = order[i : i + 128]
        pred = model(X[batch])
        loss = loss_fn(pred, y[batch])
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch} loss {sum(losses[-15:]) / len(losses[-15:]):.3f}")
