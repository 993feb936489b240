"""Class ids are stored as floats

symptom: the loss raises "expected target dtype to be Long or Byte, but got Float"
why: cross_entropy uses a class id as an index, and an index is a whole number (int64)
cure: y.long(), and keep what it returns
finding: dtype-mismatch
level: fact
error: RuntimeError: expected target dtype to be Long
lesson: 02
covers: X-15
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).float()  # broken
# cured: y = (X[:, 0] > 0).long()
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
