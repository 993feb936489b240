import torch
from torch import nn

torch.manual_seed(30)
x = torch.rand(400, 1) * 2
y = 0.05 * torch.sin(3 * x) + 0.01 * (1 + x) * torch.randn_like(x)


class Hetero(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, 32), nn.Tanh())
        self.mean, self.var = nn.Linear(32, 1), nn.Linear(32, 1)

    def forward(self, x):
        h = self.body(x)
        return self.mean(h), nn.functional.softplus(self.var(h)) + 1e-6


model = Hetero()
criterion = nn.GaussianNLLLoss()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(20):
    for b in torch.randperm(400).split(50):
        mu, var = model(x[b])
        loss = criterion(mu, y[b], var)
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 4 == 3:
        print(epoch + 1, round(loss.item(), 3))
