"""step() stands between a forward pass and its backward()

symptom: backward() raises "modified by an inplace operation"
why: the first step() changes weights that the second loss's graph still needs as they were
cure: all backward passes first, then the steps
finding: inplace-edit
level: fact
error: RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation
lesson: 05
covers: X-03, X-24
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y, size = (X[:, 0] > 0).long(), X.norm(dim=1, keepdim=True)
body = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh())
head, other = nn.Linear(8, 2), nn.Linear(8, 1)
optimizer = torch.optim.SGD([*body.parameters(), *head.parameters(), *other.parameters()], lr=0.1)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    hidden = body(X)
    class_loss = nn.functional.cross_entropy(head(hidden), y)
    size_loss = nn.functional.mse_loss(other(hidden), size)
    history.append(class_loss.item() + size_loss.item())
    class_loss.backward(retain_graph=True)
    optimizer.step()  # broken
    size_loss.backward()
    optimizer.step()
