"""Inputs of very different size go in unscaled

symptom: the loss starts above a hundred and gets stuck
why: one feature in the thousands rules every gradient; a rate that suits it is far too small for all others
cure: standardise with the mean and deviation of the training rows
finding: unscaled-inputs
level: hint
lesson: 06
covers: X-29
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(90, 4) * torch.tensor([1.0, 1.0, 1.0, 300.0]) + torch.tensor([0.0, 0.0, 0.0, 800.0])
y = (X[:, 0] > 0).long() + (X[:, 1] > 0)
# cured: X = (X - X.mean(dim=0)) / X.std(dim=0)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(40):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
