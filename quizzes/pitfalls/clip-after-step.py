"""Gradients are clipped after step()

symptom: one odd row throws the weights far off, as if there were no clipping
why: step() has already used the gradients in full; what is clipped afterwards is thrown away
cure: backward(), clip, step()
finding: clip-after-step
level: fact
shows: norm of the weights
along: step
lesson: 11
covers: X-22, S5-30
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]])
y[20] = 500.0
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(5):
    for row in range(0, 60, 10):
        optimizer.zero_grad()
        loss = loss_fn(model(X[row : row + 10]), y[row : row + 10])
        loss.backward()
        # cured: nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)  # broken
        history.append(model.weight.norm().item())
