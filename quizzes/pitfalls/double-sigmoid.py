"""A sigmoid stands before BCEWithLogitsLoss

symptom: the loss stays high; no row can get a probability outside .5 to .731
why: the loss applies a sigmoid itself, so what it sees of the model's numbers lies between 0 and 1
cure: give BCEWithLogitsLoss the logits, or use BCELoss on probabilities
finding: double-sigmoid
level: fact
lesson: 02
covers: X-11
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(80, 4)
y = (X[:, 0] + X[:, 1] > 0).float()
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

history = []
for epoch in range(60):
    optimizer.zero_grad()
    logits = model(X).squeeze(1)
    loss = loss_fn(torch.sigmoid(logits), y)  # broken
    # cured: loss = loss_fn(logits, y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
