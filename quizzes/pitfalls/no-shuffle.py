"""Sorted rows are not shuffled

symptom: the loss of each batch looks small, while accuracy over all rows lags far behind
why: each batch holds one class only; the model learns the class at hand and forgets the others
cure: shuffle=True for training
finding: no-shuffle
level: hint
shows: accuracy over all rows
lesson: 06
covers: X-26
"""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
y = torch.arange(6).repeat_interleave(32)
X = torch.randn(192, 6) + 2 * nn.functional.one_hot(y)
loader = DataLoader(TensorDataset(X, y), batch_size=8)  # broken
# cured: loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 6))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)

history = []
for epoch in range(8):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        history.append((model(X).argmax(dim=1) == y).float().mean().item())
