"""A part is unfrozen, but the optimizer does not know it

symptom: unfreezing in epoch 20 changes nothing in the curve
why: the optimizer was given the head's parameters only; the body now gets gradients that nobody uses
cure: optimizer.add_param_group({"params": body.parameters()}) when unfreezing
finding: param-not-in-optimizer
level: hint
lesson: 04
covers: X-19
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(80, 2)
y = (X[:, :1] * X[:, 1:]).sign()
body, head = nn.Sequential(nn.Linear(2, 8), nn.Tanh()), nn.Linear(8, 1)
body.requires_grad_(False)
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(head.parameters(), lr=0.03)

history = []
for epoch in range(60):
    if epoch == 20:
        body.requires_grad_(True)
        # cured: optimizer.add_param_group({"params": body.parameters()})
    body.zero_grad()
    head.zero_grad()
    loss = loss_fn(head(body(X)), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
