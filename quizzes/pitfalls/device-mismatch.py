"""The data is on another device than the model

symptom: the forward pass raises "Tensor on device cpu is not on the expected device"
why: .to() returns the moved tensor; here the model was left on another device ("meta" stands in for a GPU)
cure: move both to one device, and keep what .to() returns
finding: none
level: none
error: RuntimeError: Tensor on device cpu is not on the expected device meta
lesson: 01
covers: X-15
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
model = nn.Linear(4, 2)
X = X.to("meta")  # broken
# cured: X = X.to(model.weight.device)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

history = []
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
