"""A frozen batch norm goes on changing

symptom: the running mean of the frozen body moves with every batch, and its features with it
why: running statistics are buffers, not parameters; training mode updates them, whatever requires_grad says
cure: body.eval() as well, after each model.train()
finding: none
level: none
shows: running mean of the first feature
lesson: 06
covers: X-27, X-05
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4) + 3
y = (X[:, 0] > 3).long()
body, head = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8)), nn.Linear(8, 2)
body.requires_grad_(False)
# cured: body.eval()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(head.parameters(), lr=0.2)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(head(body(X)), y)
    loss.backward()
    optimizer.step()
    history.append(body[1].running_mean[0].item())
