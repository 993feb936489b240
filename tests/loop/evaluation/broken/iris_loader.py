import torch
import torch.nn as nn
from sklearn.datasets import load_iris
from torch.utils.data import DataLoader, Dataset


class IrisDataset(Dataset):
    def __init__(self):
        d = load_iris()
        self.x = torch.tensor((d.data - d.data.mean(0)) / d.data.std(0), dtype=torch.float32)
        self.y = torch.tensor(d.target)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


torch.manual_seed(38)
ds = IrisDataset()
loader = DataLoader(ds, batch_size=10)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(8):
    total = 0.0
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
    with torch.no_grad():
        acc = (model(ds.x).argmax(1) == ds.y).float().mean().item()
    print(epoch, "loss", round(total / 150, 4), "acc", round(acc, 3))
