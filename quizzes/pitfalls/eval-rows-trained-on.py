"""The validation rows are training rows

symptom: the validation loss looks better than it is: new rows would cost more
why: the model is judged on rows whose labels it has learned by heart
cure: judge on rows that were never trained on
finding: eval-rows-trained-on
level: hint
shows: validation loss
lesson: 07
covers: S1-13, S2-11, S3-12, X-30
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(80, 10)
y = (X[:, 0] + 1.5 * torch.randn(80) > 0).long()
X_train, y_train = X[:40], y[:40]
X_val, y_val = X[:40], y[:40]  # broken
# cured: X_val, y_val = X[40:], y[40:]
model = nn.Linear(10, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(20):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(X_train), y_train)
    loss.backward()
    optimizer.step()

    model.eval()
    with torch.no_grad():
        history.append(loss_fn(model(X_val), y_val).item())
