import torch
from torch import nn


class Binarize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x.abs() <= 1).float()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(8, 40)
        self.l2 = nn.Linear(40, 2)

    def forward(self, x):
        return self.l2(Binarize.apply(self.l1(x)))


torch.manual_seed(20)
X = torch.randn(500, 8)
y = (X[:, :3].sum(1) > 0).long()
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(8):
    tot = 0.0
    for i in torch.randperm(500).split(50):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(X[i]), y[i])
        loss.backward()
        opt.step()
        tot += loss.item() * len(i) / 500
    print(epoch, round(tot, 4))
