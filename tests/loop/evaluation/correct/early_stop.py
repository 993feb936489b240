import copy

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(25)
X, y = load_digits(return_X_y=True)
ds = TensorDataset(torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y))
train_ds, val_ds, test_ds = random_split(ds, [1200, 300, 297])


class EarlyStopping:
    def __init__(self, patience=2):
        self.patience, self.best, self.bad, self.state = patience, float("inf"), 0, None

    def step(self, value, model):
        if value < self.best:
            self.best, self.bad, self.state = value, 0, copy.deepcopy(model.state_dict())
        else:
            self.bad += 1
        return self.bad >= self.patience


def run(model, loader, optimizer=None):
    training = optimizer is not None
    model.train(training)
    total = hits = 0.0
    with torch.set_grad_enabled(training):
        for xb, yb in loader:
            out = model(xb)
            loss = nn.functional.cross_entropy(out, yb)
            if training:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item() * len(yb)
            hits += (out.argmax(1) == yb).sum().item()
    return total / len(loader.dataset), hits / len(loader.dataset)


model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
stopper = EarlyStopping()
train_dl = DataLoader(train_ds, batch_size=60, shuffle=True)
val_dl, test_dl = DataLoader(val_ds, batch_size=128), DataLoader(test_ds, batch_size=128)
for epoch in range(9):
    tr, _ = run(model, train_dl, optimizer)
    va, acc = run(model, val_dl)
    print(epoch, round(tr, 4), round(va, 4), round(acc, 3))
    if stopper.step(va, model):
        break
model.load_state_dict(stopper.state)
print("test", [round(v, 3) for v in run(model, test_dl)])
