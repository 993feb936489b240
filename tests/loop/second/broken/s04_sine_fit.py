import math
import torch
from torch import nn

torch.manual_seed(42)

x = torch.linspace(-math.pi, math.pi, 400).unsqueeze(1)
y = torch.sin(x) + 0.05 * torch.randn_like(x)

net = nn.Sequential(
    nn.Linear(1, 32),
    nn.Tanh(),
    nn.Linear(32, 32),
    nn.Tanh(),
    nn.Linear(32, 1),
)
loss_func = nn.MSELoss()
optim = torch.optim.Adam(net.parameters(), lr=0.01)

for t in range(500):
    pred = net(x)
    loss = loss_func(pred, y)

    optim.zero_grad()
    optim.step()
    loss.backward()

    if t % 50 == 0:
        print("step %d  loss %.5f" % (t, loss.item()))

with torch.no_grad():
    grid = torch.tensor([[-1.5], [0.0], [1.5]])
    for g, p in zip(grid, net(grid)):
        print("sin(%.1f) = %.3f, network says %.3f" % (g.item(), math.sin(g.item()), p.item()))
