"""ReduceLROnPlateau waits for accuracy to fall

symptom: the learning rate is cut again and again while accuracy improves
why: its mode is "min" by default: a number that grows looks like no progress
cure: mode="max" for accuracy, or give it the loss
finding: none
level: none
shows: learning rate
lesson: 11
covers: X-21
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(200, 4)
y = (X[:, 0] + X[:, 1] > 0).long()
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=2)  # broken
# cured: scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", patience=2)

history = []
for epoch in range(12):
    optimizer.zero_grad()
    logits = model(X)
    loss = loss_fn(logits, y)
    loss.backward()
    optimizer.step()
    scheduler.step((logits.argmax(dim=1) == y).float().mean())
    history.append(optimizer.param_groups[0]["lr"])
