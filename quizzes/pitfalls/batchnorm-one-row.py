"""The last batch holds a single row

symptom: training raises "Expected more than 1 value per channel" in the last batch of the first epoch
why: 33 rows in batches of 8 leave one over, and batch norm cannot take a deviation from one row
cure: drop_last=True for training, or another batch size
finding: none
level: none
error: ValueError: Expected more than 1 value per channel when training
along: step
lesson: 06
covers: X-25
"""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(33, 4)
y = (X[:, 0] > 0).long()
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)  # broken
# cured: loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True, drop_last=True)
model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(4):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        history.append(loss.item())
