"""Gradients are cleared before step() can use them

symptom: the loss stays at exactly the same number, without any error
why: between backward() and step() the gradients are waiting to be used; zero_grad() throws them away
cure: move zero_grad() anywhere else, such as to the start of the round
finding: cleared-before-step
level: fact
lesson: 05
covers: S5-14, S5-28, R-12
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
    # cured: optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.zero_grad()  # broken
    optimizer.step()
    history.append(loss.item())
