"""scheduler.step() comes before optimizer.step()

symptom: torch warns; the first learning rate of the schedule is never used
why: the scheduler moves on before anything was trained, so the round at full rate is lost
cure: optimizer.step() first, then scheduler.step()
finding: scheduler-before-optimizer
level: fact
warning: Detected call of `lr_scheduler.step()` before `optimizer.step()`
lesson: 04
covers: X-21
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)

history = []
for epoch in range(10):
    scheduler.step()  # broken
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    # cured: scheduler.step()
    history.append(loss.item())
