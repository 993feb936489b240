"""Functional dropout does not know about eval()

symptom: the same rows give another validation loss each time, even after model.eval()
why: F.dropout has training=True by default and asks no module
cure: F.dropout(x, training=self.training), or nn.Dropout
finding: none
level: none
shows: validation loss
lesson: 06
covers: X-27, X-05
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 32), nn.Linear(32, 2)

    def forward(self, X):
        hidden = F.dropout(torch.relu(self.first(X)), 0.5)  # broken
        # cured: hidden = F.dropout(torch.relu(self.first(X)), 0.5, training=self.training)
        return self.last(hidden)


torch.manual_seed(0)
X = torch.randn(120, 4)
y = (X[:, 0] > 0).long()
X_train, y_train, X_val, y_val = X[:80], y[:80], X[80:], y[80:]
model = Net()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = []
for epoch in range(30):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(X_train), y_train)
    loss.backward()
    optimizer.step()

    model.eval()
    with torch.no_grad():
        history.append(loss_fn(model(X_val), y_val).item())
