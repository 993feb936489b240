"""The patience counter is never reset

symptom: training stops much too soon, while validation still improves now and then
why: four bad epochs in all end the run, instead of four in a row
cure: set the counter to 0 at every improvement
finding: none
level: none
shows: validation loss
lesson: 07
covers: X-37
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(120, 4)
y = X.sum(dim=1, keepdim=True)
X_train, y_train, X_val, y_val = X[:80], y[:80], X[80:], y[80:]
model = nn.Linear(4, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

history, best, bad = [], float("inf"), 0
for epoch in range(60):
    rows = torch.randint(80, (2,))
    optimizer.zero_grad()
    loss = loss_fn(model(X_train[rows]), y_train[rows])
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        val_loss = loss_fn(model(X_val), y_val).item()
    history.append(val_loss)
    if val_loss < best:
        best = val_loss
        # cured: bad = 0
    else:
        bad += 1
    if bad == 4:
        break
