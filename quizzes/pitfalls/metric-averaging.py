"""Accuracy is averaged over batches, not rows

symptom: the reported accuracy is slightly or badly off; it changes with the batch size
why: a last batch of 6 rows counts as much as one of 64, so each of its rows counts more than ten times
cure: count hits and rows, and divide once at the end
finding: metric-averaging
level: fact
shows: reported accuracy
lesson: 06
covers: R-28, X-25
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(70, 4)
y = (X[:, 0] > 0).long()
y[64:] = 1 - y[64:]
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()

    hits = []
    with torch.no_grad():
        for xb, yb in ((X[:64], y[:64]), (X[64:], y[64:])):
            hits.append((model(xb).argmax(dim=1) == yb).float().mean())  # broken
            # cured: hits.append((model(xb).argmax(dim=1) == yb).float().sum())
    history.append((sum(hits) / len(hits)).item())  # broken
    # cured: history.append((sum(hits) / len(X)).item())
