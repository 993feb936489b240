"""A layer is built but never called

symptom: the loss stops early, as that of a smaller model
why: forward() leaves the hidden layer out, so no loss ever reaches its parameters
cure: call every layer in forward()
finding: param-never-in-graph
level: strong
lesson: 03
covers: X-19, X-01
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 8)
        self.hidden = nn.Linear(8, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, X):
        X = self.first(X)
        # cured: X = self.hidden(torch.tanh(X))
        return self.out(torch.tanh(X))


torch.manual_seed(0)
X = torch.randn(80, 2)
y = (X[:, :1] * X[:, 1:]).sign()
model = Net()
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)

history = []
for epoch in range(60):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
