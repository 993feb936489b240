import torch
import torch.nn as nn
from sklearn.datasets import load_iris

torch.manual_seed(41)
X, y = load_iris(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)

model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)


def compute_loss(model, inputs, labels):
    losses = []
    for x, t in zip(inputs, labels):
        losses.append(nn.functional.cross_entropy(model(x.unsqueeze(0)), t.unsqueeze(0)).item())
    return torch.tensor(losses, requires_grad=True).mean()


for epoch in range(4):
    for idx in torch.randperm(150).split(30):
        loss = compute_loss(model, X[idx], y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
