import torch
from torch import nn

torch.manual_seed(58)
X = torch.randn(400, 6)
y = X[:, :1] * 1.5 - X[:, 1:2] + 0.2 * torch.randn(400, 1)
y = (y - y.mean()) / y.std()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 32)
        self.fc2 = nn.Linear(32, 16)
        self.fc3 = nn.Linear(16, 1)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        x = self.relu(self.fc3(x))
        return x


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(12):
    for b in torch.randperm(400).split(50):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(X[b]), y[b])
        loss.backward()
        optimizer.step()
    print(epoch, round(nn.functional.mse_loss(model(X), y).item(), 4), "min", round(model(X).min().item(), 3))
