"""Softmax runs over the rows instead of the classes

symptom: it trains, yet a row's probabilities do not sum to 1, and they change with the batch
why: dim=0 normalises each class over the batch; the classes stand in the last dimension
cure: dim=-1
finding: none
level: none
lesson: 01
covers: X-16
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long() + (X[:, 1] > 0)
model = nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(30):
    optimizer.zero_grad()
    probabilities = torch.softmax(model(X), dim=0)  # broken
    # cured: probabilities = torch.softmax(model(X), dim=-1)
    loss = -probabilities[torch.arange(60), y].log().mean()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
