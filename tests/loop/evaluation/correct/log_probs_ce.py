import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(14)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(64, 64), nn.Linear(64, 10)

    def forward(self, x):
        return F.log_softmax(self.b(F.relu(self.a(x))), dim=-1)

    @torch.no_grad()
    def predict_proba(self, x):
        return self(x).exp()


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(4):
    for i in torch.randperm(1500).split(75):
        opt.zero_grad()
        loss = loss_fn(net(X[i]), y[i])
        loss.backward()
        opt.step()
    proba = net.predict_proba(X[1500:])
    print(epoch, round(loss.item(), 4), "acc", round((proba.argmax(1) == y[1500:]).float().mean().item(), 3))
