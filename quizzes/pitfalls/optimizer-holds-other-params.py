"""The model is rebuilt after the optimizer

symptom: the loss stays at exactly the same number, although backward() and step() both run
why: the optimizer holds the parameters of the first model; nobody moves those of the second
cure: build the optimizer last
finding: optimizer-holds-other-params
level: fact
lesson: 04
covers: X-19
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
model = nn.Linear(4, 2)
# cured: optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    model.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
