import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=89, random_state=2)
mu, sd = Xtr.mean(0), Xtr.std(0)
y_mu, y_sd = ytr.mean(), ytr.std()


def to_dataset(X, y):
    X = torch.tensor((X - mu) / sd, dtype=torch.float32)
    y = torch.tensor((y - y_mu) / y_sd, dtype=torch.float32).unsqueeze(1)
    return TensorDataset(X, y)


train_dl = DataLoader(to_dataset(Xtr, ytr), batch_size=32, shuffle=True)
test_dl = DataLoader(to_dataset(Xte, yte), batch_size=22)

model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
loss_fn = nn.MSELoss()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)

for epoch in range(30):
    model.train()
    for xb, yb in train_dl:
        opt.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        opt.step()

model.eval()
batch_losses = []
with torch.no_grad():
    for xb, yb in test_dl:
        batch_losses.append(loss_fn(model(xb), yb).item())

test_mse = sum(batch_losses) / len(batch_losses)
print(f"mean squared error over the {len(test_dl.dataset)} test patients: {test_mse:.5f}")
