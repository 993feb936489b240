import torch
from torch import nn

torch.manual_seed(9)
X = torch.randn(300, 3)
y = (X @ torch.tensor([[1.0], [-2.0], [0.5]])) + 0.7
net = nn.Linear(3, 1)
velocity = [torch.zeros_like(p) for p in net.parameters()]
for it in range(60):
    loss = nn.functional.mse_loss(net(X), y)
    grads = torch.autograd.grad(loss, list(net.parameters()))
    with torch.no_grad():
        for p, g, v in zip(net.parameters(), grads, velocity, strict=True):
            v.mul_(0.8).add_(g)
            p.sub_(0.05 * v)
    if it % 15 == 14:
        print(it + 1, round(loss.item(), 5))
