import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(20)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)

layers, width = [], 32
sizes = [64] + [width] * 10
for a, b in zip(sizes, sizes[1:]):
    layers += [nn.Linear(a, b), nn.Sigmoid()]
model = nn.Sequential(*layers, nn.Linear(width, 10))

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(5):
    tot = 0
    for idx in torch.randperm(len(X)).split(64):
        loss = nn.functional.cross_entropy(model(X[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(idx)
    print(f"{epoch}: {tot / len(X):.4f}")
