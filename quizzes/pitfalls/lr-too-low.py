"""The learning rate is too low

symptom: the loss hardly moves; it falls, but would need millions of rounds
why: each step is a hundred thousand times shorter than it might be
cure: a larger rate; try factors of 3 to 10
finding: lr-too-low
level: strong
lesson: 04
covers: S1-11, X-20
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]])
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)  # broken
# cured: optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(60):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
