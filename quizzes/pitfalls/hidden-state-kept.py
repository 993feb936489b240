"""The hidden state of the last batch is kept with its graph

symptom: backward() raises "Trying to backward through the graph a second time" in the second round
why: the state still hangs on the graph of the round before, which backward() has freed
cure: state = state.detach() before it is used again
finding: second-backward
level: fact
error: RuntimeError: Trying to backward through the graph a second time
lesson: 03
covers: X-02, X-04
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(20, 5, 4)
y = X.sum(dim=(1, 2))[:, None]
cell, head = nn.GRU(4, 8), nn.Linear(8, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD([*cell.parameters(), *head.parameters()], lr=0.05)

state = torch.zeros(1, 5, 8)
history = []
for epoch in range(20):
    optimizer.zero_grad()
    # cured: state = state.detach()
    hidden, state = cell(X, state)
    loss = loss_fn(head(hidden[:, 0]), y)
    history.append(loss.item())
    loss.backward()
    optimizer.step()
