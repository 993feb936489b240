import torch
from sklearn.datasets import load_digits
from torch import nn, optim

torch.manual_seed(30)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)


def train_one_epoch(model, lr):
    optimizer = optim.Adam(model.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss()
    total = 0
    for idx in torch.randperm(len(X)).split(300):
        optimizer.zero_grad()
        loss = criterion(model(X[idx]), y[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    return total / len(X)


model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
for epoch in range(12):
    print(epoch, round(train_one_epoch(model, 0.001), 4))
