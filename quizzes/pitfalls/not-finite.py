"""The square root of zero

symptom: the first loss is a proper number, everything after it is nan
why: the slope of sqrt at 0 is infinite, and infinity times 0 is nan: the gradient breaks before the loss does
cure: add a small number inside the root
finding: not-finite
level: fact
lesson: 02
covers: X-17
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 3)
X[0] = 0.0
y = X.norm(dim=1, keepdim=True)
model = nn.Linear(3, 1, bias=False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    y_hat = model(X)
    loss = ((y_hat - y) ** 2).sqrt().mean()  # broken
    # cured: loss = ((y_hat - y) ** 2 + 1e-8).sqrt().mean()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
