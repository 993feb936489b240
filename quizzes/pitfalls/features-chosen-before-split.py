"""Features are chosen on all rows, before the split

symptom: good validation accuracy on pure noise
why: the validation rows had a say in which features look useful, so their labels leaked in
cure: split first; fit everything, also scalers and selections, on training rows only
finding: none
level: none
shows: validation accuracy
lesson: 07
covers: R-26, S1-13, S2-11, S3-12, X-30
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(100, 2000)
y = torch.arange(100) % 2
seen = slice(0, 100)  # broken
# cured: seen = slice(0, 60)
gap = X[seen][y[seen] == 1].mean(dim=0) - X[seen][y[seen] == 0].mean(dim=0)
X = X[:, gap.abs().topk(20).indices]
X_train, y_train, X_val, y_val = X[:60], y[:60], X[60:], y[60:]
model = nn.Linear(20, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X_train), y_train)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        history.append((model(X_val).argmax(dim=1) == y_val).float().mean().item())
