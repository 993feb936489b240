"""The threshold is chosen on the test rows

symptom: the reported cost looks too low; on new patients the same threshold costs more
why: the best of many thresholds on these rows is partly luck with these rows, and they are the ones that judge it
cure: choose the threshold on validation rows, then judge it once on the test rows
finding: none
level: none
shows: reported cost
lesson: 09
covers: X-31, S3-08
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(300, 4)
y = (X[:, 0] + torch.randn(300) > 1).float()
X_train, y_train, X_new, y_new = X[:100], y[:100], X[100:], y[100:]
val, test = torch.arange(200).split(100)
thresholds = torch.arange(0.01, 1.0, 0.01)
model = nn.Linear(4, 1)
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X_train).squeeze(1), y_train)
    loss.backward()
    optimizer.step()

    with torch.no_grad():
        p = torch.sigmoid(model(X_new)).squeeze(1)
    alarms = p[:, None] > thresholds
    costs = 20 * (~alarms & (y_new == 1)[:, None]) + 1 * (alarms & (y_new == 0)[:, None])
    best = costs[test].sum(dim=0).argmin()  # broken
    # cured: best = costs[val].sum(dim=0).argmin()
    history.append(costs[test, best].sum().item())
