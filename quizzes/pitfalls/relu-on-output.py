"""A ReLU stands behind the last layer of a regression

symptom: the loss gets stuck high above 0; no prediction is ever negative
why: ReLU cuts off negative outputs and their gradients, so rows with negative targets teach nothing
cure: no activation behind the last layer
finding: relu-on-output
level: fact
lesson: 02
covers: R-06, S4-09
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]])
model = nn.Sequential(nn.Linear(3, 1), nn.ReLU())  # broken
# cured: model = nn.Sequential(nn.Linear(3, 1))
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03)

history = []
for epoch in range(80):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
