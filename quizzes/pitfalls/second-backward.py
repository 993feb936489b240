"""backward() runs twice on one graph

symptom: backward() raises "Trying to backward through the graph a second time"
why: the first backward() frees what the graph had saved; the forward pass before the loop built it only once
cure: run the forward pass anew in each round
finding: second-backward
level: fact
error: RuntimeError: Trying to backward through the graph a second time
lesson: 03
covers: X-02, R-18
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

logits = model(X)  # broken
history = []
for epoch in range(20):
    optimizer.zero_grad()
    # cured: logits = model(X)
    loss = loss_fn(logits, y)
    history.append(loss.item())
    loss.backward()
    optimizer.step()
