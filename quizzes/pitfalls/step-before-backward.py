"""step() comes before backward()

symptom: the loss stays at exactly the same number, without any error
why: cleared at the start of the round, .grad is None when step() looks for it; the gradients come one line too late
cure: backward() first, then step()
finding: step-before-backward
level: fact
lesson: 05
covers: S5-35, S5-15, R-15
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
    optimizer.step()  # broken
    loss.backward()
    # cured: optimizer.step()
    history.append(loss.item())
