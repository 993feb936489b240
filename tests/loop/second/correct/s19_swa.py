import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.swa_utils import AveragedModel, SWALR, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)


def friedman(n, noise=0.5):
    x = torch.rand(n, 10)
    y = 10 * torch.sin(torch.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return x, (y + noise * torch.randn(n))[:, None]


xtr, ytr = friedman(1000)
xte, yte = friedman(300, noise=0.0)
m, s = ytr.mean(), ytr.std()
loader = DataLoader(TensorDataset(xtr, (ytr - m) / s), batch_size=50, shuffle=True)


class Reg(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(10, 64)
        self.bn = nn.BatchNorm1d(64)
        self.b = nn.Linear(64, 1)

    def forward(self, x):
        return self.b(F.relu(self.bn(self.a(x))))


def rmse(net):
    net.eval()
    with torch.no_grad():
        return F.mse_loss(net(xte) * s + m, yte).sqrt().item()


model = Reg()
swa_model = AveragedModel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
epochs, swa_start = 14, 8
swa_scheduler = SWALR(optimizer, swa_lr=0.03, anneal_epochs=2)

for epoch in range(epochs):
    model.train()
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * xb.size(0)
    if epoch >= swa_start:
        swa_model.update_parameters(model)
        swa_scheduler.step()
    else:
        scheduler.step()
    print(f"epoch {epoch} loss {total / len(loader.dataset):.4f} test rmse {rmse(model):.3f}")

update_bn(loader, swa_model)
print(f"swa test rmse {rmse(swa_model):.3f}")
