"""Gradients are clipped while they are still scaled

symptom: with mixed precision the loss hardly falls, although the same loop learns well without a scaler
why: the scaler has multiplied every gradient by 65536; clipped to 1 and then divided, next to nothing is left
cure: scaler.unscale_(optimizer) between backward() and clipping
finding: none
level: none
lesson: 11
covers: X-40, X-22, S5-30
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]])
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu")

history = []
for epoch in range(40):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    scaler.scale(loss).backward()
    # cured: scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    scaler.step(optimizer)
    scaler.update()
    history.append(loss.item())
