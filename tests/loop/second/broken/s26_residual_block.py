import torch
import torch.nn as nn
from sklearn.datasets import make_circles

torch.manual_seed(0)


class ResidualBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc = nn.Linear(dim, dim)

    def forward(self, x):
        h = torch.sigmoid(self.fc(x))
        h += x
        return h


class ResNet(nn.Module):
    def __init__(self, dim=16, blocks=3):
        super().__init__()
        self.stem = nn.Linear(2, dim)
        self.blocks = nn.Sequential(*[ResidualBlock(dim) for _ in range(blocks)])
        self.head = nn.Linear(dim, 2)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


X, y = make_circles(n_samples=600, noise=0.08, factor=0.5, random_state=0)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y)
X_train, y_train, X_test, y_test = X[:450], y[:450], X[450:], y[450:]

net = ResNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)

for epoch in range(100):
    optimizer.zero_grad()
    loss = criterion(net(X_train), y_train)
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")

with torch.no_grad():
    print("test accuracy", (net(X_test).argmax(1) == y_test).float().mean().item())
