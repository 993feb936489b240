"""Cross-entropy over a single output

symptom: the loss is 0 from the first round on, and nothing is learned
why: with one logit a row, softmax gives that class probability 1, whatever the logit is
cure: one output with BCEWithLogitsLoss, or two outputs with cross-entropy
finding: one-class-ce
level: fact
lesson: 02
covers: X-10, X-14
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, :1] > 0).float()
model = nn.Linear(4, 1)
loss_fn = nn.CrossEntropyLoss()  # broken
# cured: loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(30):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
