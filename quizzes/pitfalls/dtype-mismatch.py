"""float64 data meets a float32 model

symptom: the forward pass raises "mat1 and mat2 must have the same dtype"
why: NumPy computes in float64, and from_numpy keeps that; layers hold float32
cure: X.float(), and keep what it returns
finding: dtype-mismatch
level: fact
error: RuntimeError: mat1 and mat2 must have the same dtype
lesson: 01
covers: X-15
"""

import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
X = torch.from_numpy(np.linspace(-1.0, 1.0, 120).reshape(60, 2))
# cured: X = X.float()
y = (X[:, 0] > 0).long()
model = nn.Linear(2, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
