import torch
import torch.nn as nn

torch.manual_seed(13)
x = torch.rand(200, 1) * 4 - 2
y = x**3 / 4 + 0.1 * torch.randn_like(x)
net = nn.Sequential(
    nn.Linear(1, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 1)
)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(60):
    net.train()
    for b in torch.randperm(200).split(50):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        loss.backward()
        opt.step()
    if epoch % 15 == 14:
        net.eval()
        with torch.no_grad():
            print(epoch + 1, round(nn.functional.mse_loss(net(x), y).item(), 4))


def enable_dropout(m):
    for layer in m.modules():
        if isinstance(layer, nn.Dropout):
            layer.train()


grid = torch.linspace(-3, 3, 7).unsqueeze(1)
net.eval()
enable_dropout(net)
with torch.no_grad():
    samples = torch.stack([net(grid) for _ in range(50)])
print("mean", [round(v, 2) for v in samples.mean(0).squeeze().tolist()])
print("std", [round(v, 2) for v in samples.std(0).squeeze().tolist()])
