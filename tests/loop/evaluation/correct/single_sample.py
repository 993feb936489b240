import torch
from sklearn.datasets import load_iris
from torch import nn

torch.manual_seed(26)
X, y = load_iris(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)
net = nn.Sequential(nn.Linear(4, 10), nn.Tanh(), nn.Linear(10, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(4):
    total = 0.0
    for i in torch.randperm(150):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(X[i]), y[i])
        loss.backward()
        opt.step()
        total += loss.item()
    print(epoch, round(total / 150, 4))
