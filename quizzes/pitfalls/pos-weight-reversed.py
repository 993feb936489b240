"""pos_weight is turned upside down

symptom: recall falls instead of rising
why: pos_weight multiplies the loss of positives; positives over negatives makes the rare class count even less
cure: negatives / positives
finding: none
level: none
shows: recall
lesson: 09
covers: X-14, S1-08, R-23
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(300, 4)
y = (X[:, 0] + 0.7 * torch.randn(300) > 1.2).float()
negatives, positives = (y == 0).sum(), (y == 1).sum()
model = nn.Linear(4, 1)
loss_fn = nn.BCEWithLogitsLoss(pos_weight=positives / negatives)  # broken
# cured: loss_fn = nn.BCEWithLogitsLoss(pos_weight=negatives / positives)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(30):
    optimizer.zero_grad()
    logits = model(X).squeeze(1)
    loss = loss_fn(logits, y)
    loss.backward()
    optimizer.step()
    history.append(((logits > 0) & (y == 1)).sum().item() / positives.item())
