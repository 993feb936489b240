"""NLLLoss gets probabilities

symptom: the loss is negative, and falls towards -1
why: NLLLoss picks out the number of the true class and turns its sign; it expects logarithms of probabilities
cure: log_softmax before NLLLoss, or cross_entropy on the logits
finding: nll-without-log
level: fact
lesson: 02
covers: X-12
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long() + (X[:, 1] > 0)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
loss_fn = nn.NLLLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

history = []
for epoch in range(60):
    optimizer.zero_grad()
    logits = model(X)
    loss = loss_fn(torch.softmax(logits, dim=1), y)  # broken
    # cured: loss = loss_fn(torch.log_softmax(logits, dim=1), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
