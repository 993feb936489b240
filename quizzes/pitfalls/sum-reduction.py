"""A summed loss with the mean's learning rate

symptom: the loss explodes, and sooner the larger the batch is
why: reduction="sum" makes the gradient as many times longer as there are rows
cure: reduction="mean", or divide the rate by the number of rows
finding: lr-too-high
level: strong
lesson: 02
covers: X-14, S1-15
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]])
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss(reduction="sum")  # broken
# cured: loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

history = []
for epoch in range(8):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item() / (60 if loss_fn.reduction == "sum" else 1))
