"""requires_grad_(True) on a loss that was cut off

symptom: no error any more, and a loss that stays at exactly the same number
why: the loss is now a leaf of its own; backward() reaches it and nothing else, so every weight's .grad stays None
cure: find the cut (here: detach) and take it away
finding: backward-on-leaf
level: fact
lesson: 03
covers: X-08
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    logits = model(X).detach()  # broken
    # cured: logits = model(X)
    loss = loss_fn(logits, y)
    loss.requires_grad_(True)  # broken
    loss.backward()
    optimizer.step()
    history.append(loss.item())
