"""The learning rate is too high

symptom: the loss rises from round to round
why: each step jumps across the valley and lands higher up on the other side
cure: a smaller rate; try factors of 3 to 10
finding: lr-too-high
level: strong
lesson: 04
covers: S1-11, X-20
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]])
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)  # broken
# cured: optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(15):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
