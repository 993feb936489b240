"""Class ids begin at 1

symptom: the loss raises "Target 3 is out of bounds"
why: three classes have the ids 0, 1 and 2; counted from 1, the last one lies beyond the logits
cure: shift the labels to 0..C-1
finding: labels-out-of-range
level: fact
error: IndexError: Target 3 is out of bounds
lesson: 02
covers: X-15
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long() + (X[:, 1] > 0) + 1
# cured: y = y - 1
model = nn.Linear(4, 3)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
