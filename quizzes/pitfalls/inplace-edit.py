"""A value that backward() needs is edited in place

symptom: backward() raises "modified by an inplace operation"
why: tanh saves its output for the backward pass; += overwrites exactly that tensor
cure: make a new tensor: hidden = hidden + 1
finding: inplace-edit
level: fact
error: RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation
lesson: 03
covers: X-03
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh())
head = nn.Linear(8, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD([*model.parameters(), *head.parameters()], lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    hidden = model(X)
    hidden += 1  # broken
    # cured: hidden = hidden + 1
    loss = loss_fn(head(hidden), y)
    history.append(loss.item())
    loss.backward()
    optimizer.step()
