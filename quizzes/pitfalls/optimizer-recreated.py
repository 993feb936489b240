"""The optimizer is built anew in each round

symptom: training goes slower than it should; momentum seems to do nothing
why: momentum lives in the optimizer, and each new one starts without any
cure: build the optimizer once, before the loop
finding: optimizer-recreated
level: fact
lesson: 04
covers: X-18, S5-27
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
# cured: optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)

history = []
for epoch in range(40):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)  # broken
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
