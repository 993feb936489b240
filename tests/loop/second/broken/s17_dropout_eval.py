import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(64, 64)
        self.bn1 = nn.BatchNorm1d(64)
        self.drop = nn.Dropout(p)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = self.drop(F.relu(self.bn1(self.fc1(x))))
        return self.fc2(x)


def train(model, loader, optimizer):
    model.train()
    total = 0.0
    for data, target in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(data), target)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(data)
    return total / len(loader.dataset)


def test(model, loader):
    loss, correct = 0.0, 0
    with torch.no_grad():
        for data, target in loader:
            output = model(data)
            loss += F.cross_entropy(output, target, reduction="sum").item()
            correct += (output.argmax(1) == target).sum().item()
    n = len(loader.dataset)
    return loss / n, correct / n


d = load_digits()
X = torch.tensor(d.data, dtype=torch.float32) / 16.0
y = torch.tensor(d.target)
perm = torch.randperm(len(X))
train_loader = DataLoader(TensorDataset(X[perm[:1200]], y[perm[:1200]]), batch_size=60, shuffle=True)
test_loader = DataLoader(TensorDataset(X[perm[1200:]], y[perm[1200:]]), batch_size=10)

model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(1, 13):
    tl = train(model, train_loader, optimizer)
    vl, va = test(model, test_loader)
    print(f"Epoch {epoch}: train loss {tl:.3f}  test loss {vl:.3f}  test acc {va:.3f}")
