"""The loss is computed from labels

symptom: backward() raises "element 0 of tensors does not require grad"
why: argmax picks an index, which does not change when a weight moves a little: there is no gradient to follow
cure: compute the loss from the logits; labels are for the metric
finding: graph-cut
level: fact
error: RuntimeError: element 0 of tensors does not require grad
shows: error rate or loss
lesson: 03
covers: X-09
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
    logits = model(X)
    loss = (logits.argmax(dim=1) != y).float().mean()  # broken
    # cured: loss = loss_fn(logits, y)
    history.append(loss.item())
    loss.backward()
    optimizer.step()
