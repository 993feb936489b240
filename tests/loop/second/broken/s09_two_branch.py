import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader


class PolarData(Dataset):
    """points in the plane, class = ring the point is on"""

    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        self.y = rng.integers(0, 4, n)
        r = 0.5 + 0.5 * self.y + rng.normal(0, 0.05, n)
        a = rng.uniform(0, 2 * np.pi, n)
        self.X = np.stack([r * np.cos(a), r * np.sin(a)], 1).astype(np.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3), nn.ReLU())
        self.head = nn.Linear(3, 4)

    def forward(self, x):
        z = self.encoder(x)
        # normalise the code
        z = z.detach().numpy()
        norm = np.linalg.norm(z, axis=1, keepdims=True) + 1.0
        z = torch.from_numpy(z / norm)
        return self.head(z)


torch.manual_seed(0)
train_dl = DataLoader(PolarData(1500, 0), batch_size=50, shuffle=True)
test_dl = DataLoader(PolarData(500, 1), batch_size=100)

model = Model()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(25):
    model.train()
    loss_sum = 0
    for x, y in train_dl:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(y)
    if epoch % 5 == 4:
        model.eval()
        with torch.no_grad():
            hits = sum((model(x).argmax(1) == y).sum().item() for x, y in test_dl)
        print(f"epoch {epoch + 1} loss {loss_sum / 1500:.3f} test acc {hits / 500:.3f}")
