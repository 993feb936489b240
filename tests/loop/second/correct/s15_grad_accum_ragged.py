import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(21)
x = torch.rand(850, 2) * 6 - 3
y = (torch.sin(x[:, 0]) * torch.cos(x[:, 1])).unsqueeze(1) + 0.05 * torch.randn(850, 1)
dataset = TensorDataset(x, y)

micro_batch, accum_steps = 16, 4
loader = DataLoader(dataset, batch_size=micro_batch, shuffle=True)
model = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)


def grouped(iterable, n):
    buf = []
    for item in iterable:
        buf.append(item)
        if len(buf) == n:
            yield buf
            buf = []
    if buf:
        yield buf


for epoch in range(1, 11):
    epoch_sse, updates = 0.0, 0
    for group in grouped(loader, accum_steps):
        n_group = sum(len(t) for _, t in group)
        optimizer.zero_grad()
        for xb, yb in group:
            sse = F.mse_loss(model(xb), yb, reduction="sum")
            (sse / n_group).backward()
            epoch_sse += sse.item()
        optimizer.step()
        updates += 1
    print(f"epoch {epoch:2d} updates {updates} train mse {epoch_sse / len(dataset):.4f}")
