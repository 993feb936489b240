"""The first step() finds nothing to use

symptom: the loss of the second round equals that of the first; each step uses the gradients of the round before
why: step() stands before backward(), and clearing between the two lets old gradients reach it one round late
cure: clear, then backward(), then step(), all in the same round
finding: step-before-backward
level: fact
lesson: 05
covers: S5-35, S5-15, R-15
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    loss = loss_fn(model(X), y)
    optimizer.step()  # broken
    optimizer.zero_grad()
    loss.backward()
    # cured: optimizer.step()
    history.append(loss.item())
