import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(39)
X = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(64, 16)
        self.bias = nn.Parameter(torch.zeros(64))

    def forward(self, x):
        noisy = x + 0.1 * torch.randn_like(x) if self.training else x
        return F.relu(F.linear(torch.tanh(self.enc(noisy)), self.enc.weight.t(), self.bias))


model = Tied()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(6):
    model.train()
    for b in torch.randperm(1600).split(80):
        opt.zero_grad()
        F.mse_loss(model(X[b]), X[b]).backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        print(epoch, round(F.mse_loss(model(X[1600:]), X[1600:]).item(), 4))
