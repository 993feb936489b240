"""requires_grad = False on a module freezes nothing

symptom: the "frozen" body goes on moving
why: a module has no such switch; the line only hangs an unused attribute on it
cure: body.requires_grad_(False), which goes through the parameters
finding: none
level: none
shows: how far the body has moved
lesson: 04
covers: R-16
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
body, head = nn.Linear(4, 8), nn.Linear(8, 2)
body.requires_grad = False  # broken
# cured: body.requires_grad_(False)
start = body.weight.detach().clone()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD([*body.parameters(), *head.parameters()], lr=0.2)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(head(torch.tanh(body(X))), y)
    loss.backward()
    optimizer.step()
    history.append((body.weight.detach() - start).norm().item())
