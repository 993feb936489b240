import numpy as np
import torch
import torch.nn as nn

rng = np.random.default_rng(0)
torch.manual_seed(0)


def spirals(n, turns=1.5):
    xs, ys = [], []
    for c in range(3):
        r = np.linspace(0.1, 1, n)
        t = turns * 2 * np.pi * r + c * 2 * np.pi / 3 + rng.normal(0, 0.1, n)
        xs.append(np.stack([r * np.cos(t), r * np.sin(t)], axis=1))
        ys.append(np.full(n, c))
    return torch.tensor(np.concatenate(xs), dtype=torch.float32), torch.tensor(np.concatenate(ys))


class DeepNet(nn.Module):
    def __init__(self, width=16, depth=3):
        super().__init__()
        self.inp = nn.Linear(2, width)
        self.hidden = [nn.Linear(width, width) for _ in range(depth)]
        self.out = nn.Linear(width, 3)

    def forward(self, x):
        x = torch.relu(self.inp(x))
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.out(x)


X_train, y_train = spirals(200)
X_test, y_test = spirals(100)

model = DeepNet()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
loss_fn = nn.CrossEntropyLoss()
print("trainable parameters:", sum(p.numel() for p in model.parameters()))

for epoch in range(600):
    opt.zero_grad()
    loss = loss_fn(model(X_train), y_train)
    loss.backward()
    opt.step()
    if epoch % 100 == 0:
        print(epoch, f"{loss.item():.4f}")

with torch.no_grad():
    print("train acc", (model(X_train).argmax(1) == y_train).float().mean().item())
    print("test acc", (model(X_test).argmax(1) == y_test).float().mean().item())
