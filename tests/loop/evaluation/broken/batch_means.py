import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(32)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
train_dl = DataLoader(TensorDataset(X[:1400], y[:1400]), batch_size=64, shuffle=True)
test_dl = DataLoader(TensorDataset(X[1400:], y[1400:]), batch_size=128)

model = nn.Sequential(nn.Linear(64, 40), nn.ReLU(), nn.Linear(40, 10))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for t in range(4):
    model.train()
    for xb, yb in train_dl:
        loss = loss_fn(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    test_loss, acc = 0, 0
    with torch.no_grad():
        for xb, yb in test_dl:
            pred = model(xb)
            test_loss += loss_fn(pred, yb).item()
            acc += (pred.argmax(1) == yb).float().mean().item()
    print(f"Test: accuracy {100 * acc / len(test_dl):.1f}%, avg loss {test_loss / len(test_dl):.4f}")
