"""Validation runs in training mode

symptom: the validation loss jitters, and a second look at the same rows gives another number
why: without model.eval() dropout goes on dropping units while the model is judged
cure: model.eval() before judging, model.train() before going on
finding: eval-in-train-mode
level: strong
shows: validation loss
lesson: 06
covers: X-05, X-27
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(120, 4)
y = (X[:, 0] > 0).long()
X_train, y_train, X_val, y_val = X[:80], y[:80], X[80:], y[80:]
model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 2))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(30):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(X_train), y_train)
    loss.backward()
    optimizer.step()

    # cured: model.eval()
    with torch.no_grad():
        history.append(loss_fn(model(X_val), y_val).item())
