import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(55)
X, y = load_digits(n_class=4, return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)

embed = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.Adam(embed.parameters(), lr=1e-3)
margin = 1.0

for step in range(60):
    i, j = torch.randint(0, len(X), (2, 48))
    j[:2] = i[:2]
    a, b = embed(X[i]), embed(X[j])
    dist = (a - b).pow(2).sum(1).sqrt()
    same = (y[i] == y[j]).float()
    loss = (same * dist**2 + (1 - same) * torch.clamp(margin - dist, min=0) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 12 == 0:
        print(step, loss.item())
