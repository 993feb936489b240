"""Logits are compared with 0.5

symptom: recall is lower than it should be; fewer rows are called positive
why: 0.5 is the middle of probabilities; on the scale of logits the same place is 0.0
cure: logits > 0, or sigmoid(logits) > 0.5
finding: none
level: none
shows: recall
lesson: 09
covers: R-20, S2-05
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(200, 4)
y = (X[:, 0] + torch.randn(200) > 0).float()
model = nn.Linear(4, 1)
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    logits = model(X).squeeze(1)
    loss = loss_fn(logits, y)
    loss.backward()
    optimizer.step()
    found = logits > 0.5  # broken
    # cured: found = logits > 0.0
    history.append((found & (y == 1)).sum().item() / (y == 1).sum().item())
