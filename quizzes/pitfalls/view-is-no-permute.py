"""view() instead of permute()

symptom: it runs and trains, but cannot get good: every row mixes numbers of several rows
why: view cuts the same numbers anew in the same order; only permute (or .T) turns axes
cure: X.T, or permute
finding: none
level: none
lesson: 01
covers: X-16
"""

import torch
from torch import nn

torch.manual_seed(0)
columns = torch.randn(3, 60)
X = columns.view(60, 3)  # broken
# cured: X = columns.T
y = (columns[0] - columns[1] + 0.5 * columns[2])[:, None]
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(40):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
