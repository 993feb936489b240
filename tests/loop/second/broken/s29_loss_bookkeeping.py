import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_wine
from torch.utils.data import DataLoader, TensorDataset, random_split


class History:
    def __init__(self):
        self.rows = []

    def add(self, **kw):
        self.rows.append(kw)
        print("  ".join(f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in kw.items()))


def train_epoch(model, loader, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)


@torch.no_grad()
def test_epoch(model, x, y):
    model.eval()
    out = model(x)
    return F.cross_entropy(out, y).item(), (out.argmax(1) == y).float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    raw = load_wine()
    X = torch.tensor(raw.data, dtype=torch.float32)
    y = torch.tensor(raw.target)
    train_ds, test_ds = random_split(TensorDataset(X, y), [128, 50])
    X_train, y_train = X[train_ds.indices], y[train_ds.indices]
    mean, std = X_train.mean(0), X_train.std(0)
    X_train = (X_train - mean) / std
    X_test, y_test = (X[test_ds.indices] - mean) / std, y[test_ds.indices]

    loader = DataLoader(TensorDataset(X_train, y_train), batch_size=16, shuffle=True)
    model = nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    history = History()
    for epoch in range(12):
        train_loss = train_epoch(model, loader, optimizer)
        test_loss, test_acc = test_epoch(model, X_test, y_test)
        history.add(epoch=epoch, train_loss=train_loss, test_loss=test_loss, test_acc=test_acc)
