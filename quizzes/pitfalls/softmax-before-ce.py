"""Softmax stands before cross-entropy

symptom: the loss creeps and cannot get below a floor (.551 with three classes), whatever the accuracy
why: cross_entropy applies log_softmax itself; squeezed into 0..1 first, the logits can differ by 1 at most
cure: give the loss the logits; use softmax only to show probabilities
finding: softmax-before-ce
level: fact
lesson: 02
covers: X-10, S2-05, R-20
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long() + (X[:, 1] > 0)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

history = []
for epoch in range(60):
    optimizer.zero_grad()
    logits = model(X)
    loss = loss_fn(torch.softmax(logits, dim=1), y)  # broken
    # cured: loss = loss_fn(logits, y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
