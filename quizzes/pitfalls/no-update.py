"""step() was forgotten

symptom: the loss stays at exactly the same number, although .grad is full of numbers
why: backward() only collects information; nothing acts on it
cure: optimizer.step() after backward()
finding: no-update
level: strong
lesson: 05
covers: S5-09, S5-23
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
    loss = loss_fn(model(X), y)
    loss.backward()
    # cured: optimizer.step()
    history.append(loss.item())
