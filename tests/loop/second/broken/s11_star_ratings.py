import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)

# every row: 6 features of a film, target: stars from 1 to 5
N = 2000
feats = torch.randn(N, 6)
score = 3 + feats @ torch.tensor([0.8, -0.6, 0.4, 0.0, 0.3, 0.0]) + 0.2 * torch.randn(N)
stars = score.round().clamp(1, 5).unsqueeze(1)

train_loader = DataLoader(TensorDataset(feats[:1600], stars[:1600]), batch_size=40, shuffle=True)
val_x, val_y = feats[1600:], stars[1600:]


class RatingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.body(x)


net = RatingNet()
mse = nn.MSELoss()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)

for epoch in range(10):
    net.train()
    total, count = 0.0, 0
    for xb, yb in train_loader:
        pred = torch.round(net(xb))
        loss = mse(pred, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
        count += len(xb)

    net.eval()
    with torch.no_grad():
        val_pred = net(val_x).round()
        exact = (val_pred == val_y).float().mean()
    print(f"epoch {epoch:2d}  train mse {total / count:.3f}  exact stars {exact:.3f}")
