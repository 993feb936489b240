import torch
import torch.nn as nn

torch.manual_seed(7)
x = torch.linspace(-3.14, 3.14, 200).unsqueeze(1)
y = torch.sin(x)
model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
lr = 0.05
for t in range(400):
    loss = (model(x) - y).pow(2).mean()
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data.add_(p.grad.data, alpha=-lr)
    if t % 100 == 99:
        print(t, round(loss.item(), 4))
