"""A run is resumed with the weights alone

symptom: the loss jumps right after the resume
why: Adam's averages were not saved; it starts anew and takes its first steps at full length
cure: save and load the optimizer's state_dict too (and the scheduler's, the epoch, the random state)
finding: none
level: none
shows: log10 of the loss
lesson: 11
covers: X-38, X-18, S5-27
"""

import copy

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = X.sum(dim=1, keepdim=True)
model = nn.Linear(4, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)

history = []
for epoch in range(150):
    if epoch == 110:
        saved = copy.deepcopy({"model": model.state_dict(), "optimizer": optimizer.state_dict()})
        model.load_state_dict(saved["model"])
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        # cured: optimizer.load_state_dict(saved["optimizer"])
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.log10().item())
