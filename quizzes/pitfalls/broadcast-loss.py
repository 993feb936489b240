"""Predictions of shape (N, 1) meet targets of shape (N,)

symptom: the loss stops near the variance of y; every prediction ends at the mean
why: broadcasting pairs every prediction with every target, so the best single answer is the mean
cure: bring both to one shape, such as y[:, None] or model(X).squeeze(1)
finding: broadcast-loss
level: fact
warning: Using a target size
lesson: 02
covers: X-13
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([2.0, -1.0, 0.5]) + 0.1 * torch.randn(60)
# cured: y = y[:, None]
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(40):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
