import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(40)
digits = load_digits()
x, y = [], []
for c in range(10):
    folder = digits.data[digits.target == c]
    x.append(folder)
    y += [c] * len(folder)
x = torch.tensor(np.concatenate(x) / 16.0, dtype=torch.float32)
y = torch.tensor(y)

net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
batch_size = 32
for epoch in range(4):
    running_loss = 0.0
    for i in range(0, len(x), batch_size):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x[i : i + batch_size]), y[i : i + batch_size])
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    with torch.no_grad():
        acc = (net(x).argmax(1) == y).float().mean().item()
    print(epoch, round(running_loss / (len(x) // batch_size), 3), "acc", round(acc, 3))
