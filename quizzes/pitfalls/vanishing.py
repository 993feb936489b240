"""Ten sigmoids in a row

symptom: the loss stays near chance level; the first layers hardly get any gradient
why: a sigmoid's slope is .25 at most, so each layer shrinks what goes back through it
cure: ReLU (or residual connections, normalisation) in deep networks
finding: vanishing
level: strong
lesson: 03
covers: X-20, S5-31
"""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = (X[:, 0] > 0).long()
layers = []
for width in [4] + [16] * 9:
    layers += [nn.Linear(width, 16), nn.Sigmoid()]  # broken
    # cured: layers += [nn.Linear(width, 16), nn.ReLU()]
    nn.init.kaiming_normal_(layers[-2].weight)
model = nn.Sequential(*layers, nn.Linear(16, 2))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

history = []
for epoch in range(40):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
