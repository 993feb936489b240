import torch
import torch.nn as nn
from sklearn.datasets import load_iris

torch.manual_seed(54)
iris = load_iris()
x = torch.Tensor(iris.data)
x = (x - x.mean(0)) / x.std(0)
y = torch.Tensor(iris.target)


class LR(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x):
        return self.linear(x)


model = LR()
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for e in range(10):
    opt.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    opt.step()
    print(e, loss.item())
