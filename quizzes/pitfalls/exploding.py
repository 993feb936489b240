"""A long recurrence without clipping

symptom: gradients are a hundred thousand times too long; at any usual rate the run breaks, at a tiny one it creeps
why: the same matrix is applied 30 times, so what grows by a fifth each time ends hundreds of times larger
cure: clip the norm between backward() and step(); then a usual rate works
finding: exploding
level: strong
shows: log10 of the loss
lesson: 11
covers: X-22, S5-30
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(16, 4)
y = X.sum(dim=1, keepdim=True)
weight = nn.Parameter(1.2 * torch.eye(4))
optimizer = torch.optim.SGD([weight], lr=1e-8)  # broken
# cured: optimizer = torch.optim.SGD([weight], lr=0.01)

history = []
for epoch in range(60):
    optimizer.zero_grad()
    state = X
    for step in range(30):
        state = state @ weight
    loss = ((state.sum(dim=1, keepdim=True) - y) ** 2).mean()
    loss.backward()
    # cured: nn.utils.clip_grad_norm_(weight, max_norm=1.0)
    optimizer.step()
    history.append(loss.log10().item())
