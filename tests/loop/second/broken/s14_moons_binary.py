import torch
import torch.nn as nn
from sklearn.datasets import make_moons
from torch.utils.data import TensorDataset, DataLoader

torch.manual_seed(0)
X, y = make_moons(n_samples=1000, noise=0.15, random_state=0)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)
train_dl = DataLoader(TensorDataset(X[:800], y[:800]), batch_size=32, shuffle=True)
valid_dl = DataLoader(TensorDataset(X[800:], y[800:]), batch_size=200)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2, 16),
            nn.ReLU(),
            nn.Linear(16, 16),
            nn.ReLU(),
            nn.Linear(16, 1),
        )

    def forward(self, x):
        return torch.sigmoid(self.layers(x)).squeeze(-1)


def loop(model, dl, loss_fn, opt=None):
    model.train(opt is not None)
    loss_sum = correct = n = 0
    for xb, yb in dl:
        with torch.set_grad_enabled(opt is not None):
            out = model(xb)
            loss = loss_fn(out, yb)
        if opt is not None:
            opt.zero_grad()
            loss.backward()
            opt.step()
        loss_sum += loss.item() * len(xb)
        correct += ((out > 0.5).float() == yb).sum().item()
        n += len(xb)
    return loss_sum / n, correct / n


model = Classifier()
loss_fn = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(20):
    tl, ta = loop(model, train_dl, loss_fn, opt)
    vl, va = loop(model, valid_dl, loss_fn)
    if epoch % 4 == 3:
        print(f"{epoch + 1:3d}  train {tl:.4f}/{ta:.3f}  valid {vl:.4f}/{va:.3f}")
