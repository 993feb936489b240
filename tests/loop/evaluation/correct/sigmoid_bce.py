import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(15)
X, y = load_breast_cancer(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.3, random_state=15, stratify=y)
sc = StandardScaler().fit(Xa)
t = lambda a: torch.tensor(a, dtype=torch.float32)
train = DataLoader(TensorDataset(t(sc.transform(Xa)), t(ya)[:, None]), batch_size=32, shuffle=True)
Xb, yb = t(sc.transform(Xb)), t(yb)[:, None]

model = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(6):
    model.train()
    for xb, tb in train:
        optimizer.zero_grad()
        loss = criterion(model(xb), tb)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        p = model(Xb)
    print(epoch, round(criterion(p, yb).item(), 4), round(((p > 0.5) == yb.bool()).float().mean().item(), 3))
