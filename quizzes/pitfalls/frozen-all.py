"""Every parameter is frozen

symptom: backward() raises "element 0 of tensors does not require grad"
why: without a single parameter that requires a gradient, the forward pass records no graph to walk back
cure: leave requires_grad on where the model is to learn; freeze only what should stay
finding: frozen
level: fact
also: graph-cut
error: RuntimeError: element 0 of tensors does not require grad
lesson: 10
covers: S5-36, R-16
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 10)
y = X.sum(dim=1, keepdim=True)
model = nn.Linear(10, 1)
for parameter in model.parameters():  # broken
    parameter.requires_grad = False  # broken
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    history.append(loss.item())
    loss.backward()
    optimizer.step()
