"""Training mode is never restored

symptom: dropout works in the first epoch only; from the second on the training loss lies lower and steadier
why: eval() sticks: after the first validation the model stays in evaluation mode for all later training
cure: model.train() at the start of each epoch
finding: train-in-eval-mode
level: strong
shows: training loss
lesson: 06
covers: X-27
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

model.train()  # broken
history = []
for epoch in range(30):
    # cured: model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(X_train), y_train)
    loss.backward()
    optimizer.step()
    history.append(loss.item())

    model.eval()
    with torch.no_grad():
        val_loss = loss_fn(model(X_val), y_val)
