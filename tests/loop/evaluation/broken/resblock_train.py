import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(46)
d = load_digits()
x = torch.tensor(d.images / 16, dtype=torch.float32).unsqueeze(1)[:320]
y = torch.tensor(d.target)[:320]


class Block(nn.Module):
    def __init__(self, ch):
        super().__init__()
        self.conv1 = nn.Conv2d(ch, ch, 3, padding=1)
        self.conv2 = nn.Conv2d(ch, ch, 3, padding=1)

    def forward(self, x):
        out = torch.sigmoid(self.conv1(x))
        identity = out
        out = self.conv2(out)
        identity += x
        return torch.relu(out + identity)


model = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), Block(6), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 10))
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(2):
    for i in torch.randperm(320).split(64):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(x[i]), y[i])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
