"""An epoch's scheduler is stepped once a batch

symptom: the loss falls during the first epoch and then stands still
why: after eight batches the rate has been cut eight times instead of once
cure: move scheduler.step() out of the loop over batches
finding: scheduler-per-batch
level: strong
lesson: 11
covers: X-21
"""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(64, 4)
y = (X[:, 0] > 0).long()
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)
model = nn.Linear(4, 2)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.7)

history = []
for epoch in range(10):
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
        scheduler.step()  # broken
    # cured: scheduler.step()
    history.append(total / len(X))
