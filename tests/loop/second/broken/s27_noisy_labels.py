import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)

X, y = make_classification(n_samples=600, n_features=20, n_informative=5, flip_y=0.3, random_state=0)
dataset = TensorDataset(torch.tensor(X, dtype=torch.float32), torch.tensor(y))

n_test = 150
train_set, test_set = random_split(dataset, [len(dataset) - n_test, n_test])
train_loader = DataLoader(dataset, batch_size=30, shuffle=True)
test_loader = DataLoader(test_set, batch_size=50, shuffle=False)


class MLP(nn.Module):
    def __init__(self, hidden=128):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(20, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, 2),
        )

    def forward(self, x):
        return self.net(x)


def evaluate(model, loader):
    model.eval()
    right = seen = 0
    with torch.no_grad():
        for xb, yb in loader:
            right += (model(xb).argmax(1) == yb).sum().item()
            seen += len(yb)
    return right / seen


model = MLP()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
crit = nn.CrossEntropyLoss()

for epoch in range(25):
    model.train()
    for xb, yb in train_loader:
        opt.zero_grad()
        crit(model(xb), yb).backward()
        opt.step()
    if epoch % 5 == 4:
        print(
            f"epoch {epoch + 1}: train acc {evaluate(model, train_loader):.3f}, "
            f"held-out acc {evaluate(model, test_loader):.3f}"
        )
