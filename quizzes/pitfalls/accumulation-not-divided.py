"""Four losses are accumulated and not divided by four

symptom: training swings and climbs, although the same rate worked without accumulation
why: gradients add up, so four mean losses give a gradient four times as long
cure: divide each loss by the number of batches in the group
finding: accumulation-not-divided
level: strong
lesson: 05
covers: X-23, S5-18, S5-26, R-29
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(64, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]])
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.25)

history = []
for epoch in range(12):
    optimizer.zero_grad()
    for row in range(0, 64, 16):
        loss = loss_fn(model(X[row : row + 16]), y[row : row + 16])
        loss.backward()  # broken
        # cured: (loss / 4).backward()
    optimizer.step()
    history.append(loss.item())
