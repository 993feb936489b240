import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(39)
d = load_digits()
imgs = torch.tensor(d.images / 16, dtype=torch.float32)[:, None]
lbl = torch.tensor(d.target)
train_loader = DataLoader(TensorDataset(imgs[:800], lbl[:800]), batch_size=80, shuffle=True)
val_loader = DataLoader(TensorDataset(imgs[800:1100], lbl[800:1100]), batch_size=100)


class Seg(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(1, 6, 3)
        self.drop = nn.Dropout(0.2)
        self.f = nn.Linear(54, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c(x)), 2)
        return self.f(self.drop(x.flatten(1)))


model = Seg()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for epoch in range(4):
    model.train()
    for i, (input, target) in enumerate(train_loader):
        output = model(input)
        loss = F.cross_entropy(output, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    val_loss = 0.0
    for i, (input, target) in enumerate(val_loader):
        output = model(input)
        val_loss += F.cross_entropy(output, target).item() * len(target)
    print("epoch", epoch, "val loss", round(val_loss / 300, 4))
