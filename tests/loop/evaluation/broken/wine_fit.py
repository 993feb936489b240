import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_wine

np.random.seed(0)
torch.manual_seed(0)

wine = load_wine()
feats = (wine.data - wine.data.mean(0)) / wine.data.std(0)
feats = torch.from_numpy(feats.astype(np.float32))
target = torch.from_numpy(wine.target)


class WineNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(13, 20)
        self.fc2 = nn.Linear(20, 3)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))

    def fit(self, x, y, n_epochs=20):
        criterion = nn.CrossEntropyLoss()
        optimizer = optim.SGD(self.parameters(), lr=0.1, momentum=0.9)
        history = []
        for epoch in range(n_epochs):
            optimizer.zero_grad()
            outputs = self.forward(x)
            loss = criterion(outputs, y)
            optimizer.step()
            history.append(loss.item())
        return history


net = WineNet()
hist = net.fit(feats, target)
print(["%.3f" % h for h in hist[::4]])
print("accuracy", round((net(feats).argmax(1) == target).float().mean().item(), 3))
