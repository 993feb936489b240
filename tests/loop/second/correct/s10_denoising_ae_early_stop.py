import copy

import torch
import torch.nn as nn
from sklearn import datasets
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(5)


class EarlyStopping:
    def __init__(self, patience=3, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.best = float("inf")
        self.counter = 0
        self.best_state = None

    def __call__(self, val_loss, model):
        if val_loss < self.best - self.min_delta:
            self.best = val_loss
            self.counter = 0
            self.best_state = copy.deepcopy(model.state_dict())
        else:
            self.counter += 1
        return self.counter >= self.patience


class DAE(nn.Module):
    def __init__(self, code=16):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, code))
        self.decoder = nn.Sequential(nn.ReLU(), nn.Linear(code, 48), nn.ReLU(), nn.Linear(48, 64))

    def forward(self, x):
        return self.decoder(self.encoder(x))


images = torch.tensor(datasets.load_digits().data / 16.0, dtype=torch.float)
dataset = TensorDataset(images)
perm = torch.randperm(len(dataset)).tolist()
train_dl = DataLoader(Subset(dataset, perm[:1200]), batch_size=100, shuffle=True)
val_dl = DataLoader(Subset(dataset, perm[1200:1500]), batch_size=100)
test_dl = DataLoader(Subset(dataset, perm[1500:]), batch_size=100)


def evaluate(model, loader):
    model.eval()
    g = torch.Generator().manual_seed(0)
    total, count = 0.0, 0
    with torch.no_grad():
        for (clean,) in loader:
            noisy = clean + 0.3 * torch.randn(clean.shape, generator=g)
            total += nn.functional.mse_loss(model(noisy), clean, reduction="sum").item()
            count += clean.numel()
    return total / count


model = DAE()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
mse = nn.MSELoss()
stopper = EarlyStopping(patience=2, min_delta=1e-3)

for epoch in range(30):
    model.train()
    for (clean,) in train_dl:
        noisy = clean + 0.3 * torch.randn_like(clean)
        loss = mse(model(noisy), clean)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    val = evaluate(model, val_dl)
    print(f"epoch {epoch:02d}: val mse {val:.5f}")
    if stopper(val, model):
        print("early stop")
        break

model.load_state_dict(stopper.best_state)
print(f"best val {stopper.best:.5f}, test mse {evaluate(model, test_dl):.5f}")
