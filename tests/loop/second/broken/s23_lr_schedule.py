import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)
EPOCHS = 12

d = load_digits()
ds = TensorDataset(torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16, torch.tensor(d.target))
train_ds, val_ds = random_split(ds, [1500, 297])
train_dl = DataLoader(train_ds, batch_size=64, shuffle=True)
val_dl = DataLoader(val_ds, batch_size=297)

model = nn.Sequential(
    nn.Conv2d(1, 12, 3),
    nn.ReLU(),
    nn.Conv2d(12, 12, 3),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(12 * 4 * 4, 10),
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
# halve the learning rate every 3 epochs
scheduler = StepLR(optimizer, step_size=3, gamma=0.5)

for epoch in range(EPOCHS):
    model.train()
    train_loss = 0.0
    for xb, yb in train_dl:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        scheduler.step()
        train_loss += loss.item() * xb.size(0)

    model.eval()
    correct = 0
    with torch.no_grad():
        for xb, yb in val_dl:
            correct += (model(xb).argmax(1) == yb).sum().item()
    if epoch % 3 == 2:
        print(f"epoch {epoch:2d}  loss {train_loss / len(train_ds):.4f}  val acc {correct / len(val_ds):.3f}")
