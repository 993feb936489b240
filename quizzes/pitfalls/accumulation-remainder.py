"""The last, shorter group of batches is never used

symptom: each epoch learns from fewer rows than it reads; what is left over is thrown away
why: the step comes after every fourth batch only, and ten batches leave two over
cure: step after the last batch too
finding: none
level: none
lesson: 05
covers: X-23
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(80, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]]) + 0.5 * torch.randn(80, 1)
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

history = []
for epoch in range(12):
    optimizer.zero_grad()
    for i in range(10):
        loss = loss_fn(model(X[8 * i : 8 * i + 8]), y[8 * i : 8 * i + 8]) / 4
        loss.backward()
        full = (i + 1) % 4 == 0  # broken
        # cured: full = (i + 1) % 4 == 0 or i == 9
        if full:
            optimizer.step()
            optimizer.zero_grad()
    with torch.no_grad():
        history.append(loss_fn(model(X), y).item())
