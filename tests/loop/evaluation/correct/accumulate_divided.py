import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)
X, y = load_digits(return_X_y=True)
loader = DataLoader(
    TensorDataset(torch.tensor(X / 16).float(), torch.tensor(y)), batch_size=16, shuffle=True, drop_last=True
)
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
criterion = nn.CrossEntropyLoss()
accum = 4

for epoch in range(3):
    running = 0.0
    for i, (inputs, labels) in enumerate(loader):
        loss = criterion(model(inputs), labels) / accum
        loss.backward()
        running += loss.item() * accum
        if (i + 1) % accum == 0 or (i + 1) == len(loader):
            optimizer.step()
            optimizer.zero_grad()
    print(epoch, round(running / len(loader), 4))
