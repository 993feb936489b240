"""98 % accuracy that finds nothing

symptom: accuracy climbs to 98 %, while recall falls to 0: not one positive is found
why: with 2 % positives, "always no" is right 98 times in 100
cure: watch recall (and precision) of the rare class, and weight its loss
finding: none
level: none
shows: recall
lesson: 08
covers: S1-12, S2-10, S2-13, S3-11, S3-15, R-03, R-23
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(500, 4)
y = torch.zeros(500)
y[X[:, 0].topk(10).indices] = 1.0
model = nn.Linear(4, 1)
loss_fn = nn.BCEWithLogitsLoss()  # broken
# cured: loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(49.0))
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)

history = []
for epoch in range(30):
    optimizer.zero_grad()
    logits = model(X).squeeze(1)
    loss = loss_fn(logits, y)
    loss.backward()
    optimizer.step()
    found = logits > 0
    accuracy = (found == (y == 1)).float().mean().item()
    history.append((found & (y == 1)).sum().item() / 10)
