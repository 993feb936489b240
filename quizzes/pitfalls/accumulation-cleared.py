"""Accumulated gradients are cleared after every batch

symptom: no error; training is noisier than the large batch promises, since only the last of four batches counts
why: zero_grad() inside the inner loop throws away what the batches before had collected
cure: clear once a group, after step() or before the first batch
finding: accumulation-cleared
level: strong
lesson: 05
covers: X-23, S5-26
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(64, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]]) + 0.5 * torch.randn(64, 1)
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(20):
    # cured: optimizer.zero_grad()
    for row in range(0, 64, 16):
        optimizer.zero_grad()  # broken
        loss = loss_fn(model(X[row : row + 16]), y[row : row + 16]) / 4
        loss.backward()
    optimizer.step()
    with torch.no_grad():
        history.append(loss_fn(model(X), y).item())
