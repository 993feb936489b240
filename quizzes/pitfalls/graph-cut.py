"""The forward pass runs under no_grad

symptom: backward() raises "element 0 of tensors does not require grad"
why: under no_grad nothing is recorded, so the loss has no way back to the weights
cure: no_grad is for judging; train without it
finding: graph-cut
level: fact
error: RuntimeError: element 0 of tensors does not require grad
lesson: 03
covers: X-04, S5-19
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
    with torch.no_grad():  # broken
        logits = model(X)  # broken
    # cured: logits = model(X)
    loss = loss_fn(logits, y)
    history.append(loss.item())
    loss.backward()
    optimizer.step()
