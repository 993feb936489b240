import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer

torch.manual_seed(77)
X, y = load_breast_cancer(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y).float().view(-1, 1)

model = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 1))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(5):
    model.train()
    for k in torch.randperm(len(X)).split(32):
        optimizer.zero_grad()
        loss = criterion(model(X[k]), y[k])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        acc = ((model(X) > 0).float() == y).float().mean()
    print(f"epoch {epoch}: loss {loss.item():.4f} acc {acc:.3f}")
