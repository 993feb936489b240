import torch
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(41)
X, y = load_breast_cancer(return_X_y=True)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
perm = torch.randperm(len(X))
X = (X - X[perm[:440]].mean(0)) / X[perm[:440]].std(0)
loader = DataLoader(TensorDataset(X[perm[:440]], y[perm[:440]]), batch_size=44, shuffle=True)
model = nn.Sequential(nn.Linear(30, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
swa_model, swa_scheduler = AveragedModel(model), SWALR(optimizer, swa_lr=0.05)
for epoch in range(8):
    model.train()
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
    if epoch >= 4:
        swa_model.update_parameters(model)
        swa_scheduler.step()
    print(epoch, round(loss.item(), 4))
update_bn(loader, swa_model)
swa_model.eval()
with torch.no_grad():
    print("swa acc", round((swa_model(X[perm[440:]]).argmax(1) == y[perm[440:]]).float().mean().item(), 3))
