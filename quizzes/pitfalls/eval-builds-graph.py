"""Validation without no_grad

symptom: validation takes as much memory as training; the numbers are the same
why: eval() does not stop torch from recording, so every validation batch builds a graph that nobody walks back
cure: with torch.no_grad() around the validation
finding: eval-builds-graph
level: hint
shows: graph nodes held by the validation loss
lesson: 06
covers: X-05, X-43
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(120, 4)
y = (X[:, 0] > 0).long()
X_train, y_train, X_val, y_val = X[:80], y[:80], X[80:], y[80:]
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def nodes(node):
    return 0 if node is None else 1 + sum(nodes(each) for each, _ in node.next_functions)


history = []
for epoch in range(20):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(X_train), y_train)
    loss.backward()
    optimizer.step()

    model.eval()
    val_loss = loss_fn(model(X_val), y_val)  # broken
    # cured: with torch.no_grad():
    # cured:     val_loss = loss_fn(model(X_val), y_val)
    history.append(nodes(val_loss.grad_fn))
