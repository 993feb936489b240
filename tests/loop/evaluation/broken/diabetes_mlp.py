import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(10)
X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=10)
mu, sd = y_train.mean(), y_train.std()
to = lambda a: torch.tensor(a, dtype=torch.float32)
train_dl = DataLoader(TensorDataset(to(X_train) * 20, to((y_train - mu) / sd)), batch_size=32, shuffle=True)
test_dl = DataLoader(TensorDataset(to(X_test) * 20, to((y_test - mu) / sd)), batch_size=32)

model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

for epoch in range(12):
    model.train()
    for xb, yb in train_dl:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
    model.eval()
    preds = []
    with torch.no_grad():
        for xb, yb in test_dl:
            preds.append(model(xb))
    preds = torch.cat(preds)
    print(f"{epoch} last batch {loss.item():.3f} prediction std {preds.std():.3f}")
