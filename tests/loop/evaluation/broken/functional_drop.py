import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(76)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
Xt, yt, Xv, yv = X[:1300], y[:1300], X[1300:], y[1300:]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.dropout(F.relu(self.fc1(x)), 0.5)
        return self.fc2(x)


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.004)
for epoch in range(5):
    net.train()
    for i in torch.randperm(1300).split(65):
        opt.zero_grad()
        F.cross_entropy(net(Xt[i]), yt[i]).backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        first, second = (net(Xv).argmax(1) for _ in range(2))
    print(epoch, round((first == yv).float().mean().item(), 3), "again", round((second == yv).float().mean().item(), 3))
