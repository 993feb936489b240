"""Whole loss tensors are summed up

symptom: memory grows with every round; training itself looks fine
why: a loss tensor holds on to its graph, so a running sum of tensors keeps every graph of the epoch alive
cure: add up loss.item()
finding: graph-leak
level: fact
lesson: 06
covers: X-28
shows: graph nodes kept alive
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def nodes(total):
    found, todo = set(), [getattr(total, "grad_fn", None)]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.add(node)
            todo += [each for each, _ in node.next_functions]
    return len(found)


total, history = 0, []
for epoch in range(40):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    total = total + loss  # broken
    # cured: total = total + loss.item()
    history.append(nodes(total))
