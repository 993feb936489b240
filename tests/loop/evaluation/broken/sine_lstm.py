import math

import torch
from torch import nn

torch.manual_seed(0)

t = torch.arange(0, 60, 0.25)
wave = torch.sin(t * 2 * math.pi / 6)
SEQ = 12
X = torch.stack([wave[i : i + SEQ] for i in range(len(wave) - SEQ)]).unsqueeze(-1)
Y = torch.stack([wave[i + SEQ] for i in range(len(wave) - SEQ)]).unsqueeze(-1)


class Forecaster(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.head(out[:, -1])


model = Forecaster()
opt = torch.optim.SGD(model.parameters(), lr=0.05)
mse = nn.MSELoss()

model.train()
opt.zero_grad()
for epoch in range(12):
    perm = torch.randperm(len(X))
    running = 0.0
    for i in range(0, len(X), 38):
        idx = perm[i : i + 38]
        loss = mse(model(X[idx]), Y[idx])
        loss.backward()
        opt.step()
        running += loss.item() * len(idx)
    print(f"epoch {epoch:2d}  mse {running / len(X):.4f}")
