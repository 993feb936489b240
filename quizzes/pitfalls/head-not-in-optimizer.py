"""A layer is replaced after the optimizer was built

symptom: the loss falls, but less far: the new last layer never moves
why: the optimizer holds the parameters of the head that is gone; the new one's gradients are used by nobody
cure: replace first, then build the optimizer (or add_param_group)
finding: param-not-in-optimizer
level: hint
lesson: 04
covers: X-19
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 10))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
model[2] = nn.Linear(3, 2)
# cured: optimizer = torch.optim.SGD(model.parameters(), lr=0.2)

history = []
for epoch in range(40):
    model.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
