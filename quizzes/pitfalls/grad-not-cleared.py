"""Gradients are never cleared

symptom: the loss falls fast at first, then swings up and down without end
why: backward() adds to what .grad already holds, so each step follows the sum of all gradients so far, old ones too
cure: clear once a round, anywhere outside the stretch from backward() to step()
finding: grad-not-cleared
level: fact
lesson: 05
covers: S5-34, S5-13, S5-17, S5-24, R-14, X-23
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]]) + 0.1 * torch.randn(60, 1)
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

history = []
for epoch in range(40):
    # cured: optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
