import torch
import torch.nn as nn
from sklearn.datasets import make_moons

torch.manual_seed(6)
pts, lab = make_moons(400, noise=0.15, random_state=6)
pts, lab = torch.tensor(pts, dtype=torch.float32), torch.tensor(lab)


class MLP(nn.Module):
    def __init__(self, width=32, depth=3):
        super().__init__()
        self.inp = nn.Linear(2, width)
        self.hidden = [nn.Linear(width, width) for _ in range(depth)]
        self.out = nn.Linear(width, 2)

    def forward(self, x):
        x = torch.relu(self.inp(x))
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.out(x)


model = MLP()
print("trainable:", sum(p.numel() for p in model.parameters()))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(30):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(model(pts), lab)
    loss.backward()
    opt.step()
    if epoch % 6 == 0:
        print(epoch, f"{loss.item():.4f}")
