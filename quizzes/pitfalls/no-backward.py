"""backward() was forgotten

symptom: the loss stays at exactly the same number, without any error
why: nobody works out gradients, so step() finds .grad is None and leaves every weight where it is
cure: loss.backward() between the loss and step()
finding: no-backward
level: fact
lesson: 05
covers: S5-09, S5-11
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
    # cured: loss.backward()
    optimizer.step()
    history.append(loss.item())
