import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(62)
X, y = load_digits(return_X_y=True)
ds = TensorDataset(torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y))
loader = DataLoader(ds, batch_size=16, shuffle=True, drop_last=True)

model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
grad_acc_steps = 8

optimizer.zero_grad()
for epoch in range(3):
    avg = 0.0
    for i, (xb, yb) in enumerate(loader):
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        avg += loss.item() / len(loader)
        if (i + 1) % grad_acc_steps == 0:
            optimizer.step()
            optimizer.zero_grad()
    print(epoch, round(avg, 4))
