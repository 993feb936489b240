import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

torch.manual_seed(0)

wine = load_wine()
X_train, X_test, y_train, y_test = train_test_split(
    wine.data, wine.target, test_size=0.25, stratify=wine.target, random_state=0
)

X_train = torch.tensor(X_train, dtype=torch.float32)
X_test = torch.tensor(X_test, dtype=torch.float32)
y_train = torch.tensor(y_train, dtype=torch.long)
y_test = torch.tensor(y_test, dtype=torch.long)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(13, 20)
        self.output = nn.Linear(20, 3)

    def forward(self, x):
        x = torch.relu(self.hidden(x))
        return self.output(x)


net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.05)

for epoch in range(100):
    net.train()
    perm = torch.randperm(len(X_train))
    train_loss = 0.0
    for i in range(0, len(perm), 16):
        idx = perm[i : i + 16]
        optimizer.zero_grad()
        loss = criterion(net(X_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
        train_loss += loss.item() * len(idx)
    if epoch % 20 == 19:
        net.eval()
        with torch.no_grad():
            acc = (net(X_test).argmax(1) == y_test).float().mean().item()
        print(f"Epoch {epoch + 1}: loss {train_loss / len(X_train):.4f}, accuracy {acc:.3f}")
