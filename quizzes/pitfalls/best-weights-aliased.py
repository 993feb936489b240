"""The best weights are kept without a copy

symptom: the restored "best" model is no better than the last one
why: state_dict() hands out the live tensors, so what was kept goes on changing with every step
cure: copy.deepcopy(model.state_dict())
finding: none
level: none
shows: validation loss; the last number is the restored model's
lesson: 07
covers: X-37
"""

# cured: import copy
import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(120, 4)
y = X.sum(dim=1, keepdim=True) + 0.3 * torch.randn(120, 1)
X_train, y_train, X_val, y_val = X[:80], y[:80], X[80:], y[80:]
model = nn.Linear(4, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)

history, best = [], float("inf")
for epoch in range(37):
    rows = torch.randint(80, (3,))
    optimizer.zero_grad()
    loss = loss_fn(model(X_train[rows]), y_train[rows])
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        val_loss = loss_fn(model(X_val), y_val).item()
    history.append(val_loss)
    if val_loss < best:
        best = val_loss
        weights = model.state_dict()  # broken
        # cured: weights = copy.deepcopy(model.state_dict())

model.load_state_dict(weights)
with torch.no_grad():
    history.append(loss_fn(model(X_val), y_val).item())
