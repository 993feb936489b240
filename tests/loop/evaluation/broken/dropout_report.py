import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(25)
X, y = load_digits(return_X_y=True)
full = TensorDataset(torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y))
train_set, val_set = random_split(full, [1400, 397])
trainloader = DataLoader(train_set, batch_size=100, shuffle=True)
valloader = DataLoader(val_set, batch_size=100)

net = nn.Sequential(
    nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 10)
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.003)

for epoch in range(6):
    train_loss = 0.0
    for inputs, labels in trainloader:
        optimizer.zero_grad()
        loss = criterion(net(inputs), labels)
        loss.backward()
        optimizer.step()
        train_loss += loss.item() * labels.size(0)

    valid_loss, correct = 0.0, 0
    with torch.no_grad():
        for inputs, labels in valloader:
            logps = net(inputs)
            valid_loss += criterion(logps, labels).item() * labels.size(0)
            correct += (logps.argmax(1) == labels).sum().item()
    print(f"Epoch {epoch + 1} train {train_loss / 1400:.3f} valid {valid_loss / 397:.3f} acc {correct / 397:.3f}")
