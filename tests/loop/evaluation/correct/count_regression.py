import torch
from torch import nn

torch.manual_seed(31)
X = torch.randn(500, 4)
rate = torch.exp(0.6 * X[:, 0] - 0.4 * X[:, 1] + 0.5)
counts = torch.poisson(rate)
model = nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 1), nn.Softplus(), nn.Flatten(0))
opt = torch.optim.Adam(model.parameters(), lr=0.01)
loss_fn = nn.PoissonNLLLoss(log_input=False)
for epoch in range(10):
    tot = 0.0
    for b in torch.randperm(500).split(50):
        opt.zero_grad()
        loss = loss_fn(model(X[b]), counts[b])
        loss.backward()
        opt.step()
        tot += loss.item() * len(b) / 500
    if epoch % 2:
        print(epoch, round(tot, 4))
