"""Training goes on after the validation loss has turned

symptom: training loss falls on, validation loss rises
why: a large model on few noisy rows goes on learning the noise
cure: more rows, a smaller model, weight decay, or early stopping
finding: overfitting
level: strong
shows: validation loss
lesson: 07
covers: S1-14, S1-16, S2-12, S3-10, S3-13, X-37
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(240, 10)
y = (X[:, 0] + torch.randn(240) > 0).long()
X_train, y_train, X_val, y_val = X[:40], y[:40], X[140:], y[140:]
model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 2))  # broken
# cured: model = nn.Linear(10, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)  # broken
# cured: optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=0.1)

history = []
for epoch in range(60):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(X_train), y_train)
    loss.backward()
    optimizer.step()

    model.eval()
    with torch.no_grad():
        history.append(loss_fn(model(X_val), y_val).item())
