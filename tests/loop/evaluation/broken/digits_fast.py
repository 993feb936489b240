import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(2)
X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16, dtype=torch.float32)
y = torch.tensor(y)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
opt = torch.optim.SGD(model.parameters(), lr=8.0)
for epoch in range(5):
    total = 0
    for i in torch.randperm(len(X)).split(64):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(X[i]), y[i])
        loss.backward()
        opt.step()
        total += loss.item() * len(i)
    print(epoch, round(total / len(X), 3))
