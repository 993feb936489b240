"""A layer is wider than the data

symptom: the forward pass raises "mat1 and mat2 shapes cannot be multiplied"
why: Linear(in, out) takes rows of exactly `in` numbers; the rows here have 4
cure: make the first layer as wide as X.shape[1]; print shapes, and try two batch sizes
finding: shape-mismatch
level: fact
error: RuntimeError: mat1 and mat2 shapes cannot be multiplied
lesson: 01
covers: S4-02, S4-03
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Linear(5, 2)  # broken
# cured: model = nn.Linear(X.shape[1], 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
