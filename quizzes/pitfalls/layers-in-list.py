"""Layers stand in a plain Python list

symptom: the loss falls, but less far: two layers of three never move
why: a module finds its parts among its attributes; in a plain list they are overlooked by parameters()
cure: nn.ModuleList([...])
finding: layers-in-list
level: fact
lesson: 04
covers: X-19
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Linear(2, 8), nn.Linear(8, 8)]  # broken
        # cured: self.hidden = nn.ModuleList([nn.Linear(2, 8), nn.Linear(8, 8)])
        self.out = nn.Linear(8, 1)

    def forward(self, X):
        for layer in self.hidden:
            X = torch.tanh(layer(X))
        return self.out(X)


torch.manual_seed(0)
X = torch.randn(80, 2)
y = (X[:, :1] * X[:, 1:]).sign()
model = Net()
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

history = []
for epoch in range(60):
    model.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
