import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(4)
digits = load_digits()
X = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)

model = nn.Sequential(nn.Linear(64, 50), nn.ReLU(), nn.Linear(50, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
for epoch in range(8):
    run = 0.0
    for b in torch.randperm(len(X)).split(100):
        optimizer.zero_grad()
        loss = criterion(model(X[b]), y[b])
        loss.backward()
        optimizer.step()
        run += loss.item() * len(b)
    print("epoch", epoch, "loss", round(run / len(X), 4))
