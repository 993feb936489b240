import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(26)
X, y = load_digits(return_X_y=True)
dataset = TensorDataset(torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y))
indices = torch.randperm(len(dataset)).tolist()
train_dataset = Subset(dataset, indices[:1400])
val_dataset = Subset(dataset, indices[1400:])

train_loader = DataLoader(train_dataset, batch_size=100, shuffle=True)
val_loader = DataLoader(train_dataset, batch_size=100, shuffle=False)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x):
        return self.fc(x)


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
for epoch in range(5):
    net.train()
    for x, t in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), t).backward()
        optimizer.step()
    net.eval()
    ok = n = 0
    with torch.no_grad():
        for x, t in val_loader:
            ok += (net(x).argmax(1) == t).sum().item()
            n += len(t)
    print(f"epoch {epoch} validation accuracy {ok / n:.4f}")
