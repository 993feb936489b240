import torch
import torch.nn as nn
from sklearn.datasets import load_wine

torch.manual_seed(50)
X, y = load_wine(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
ratings = torch.tensor(y) + 1

model = nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.Linear(16, 3))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(5):
    for i in torch.randperm(len(X)).split(32):
        optimizer.zero_grad()
        out = model(X[i])
        loss = criterion(out, ratings[i])
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
