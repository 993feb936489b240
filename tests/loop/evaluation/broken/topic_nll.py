import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_iris
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
iris = load_iris()
X = torch.tensor(iris.data, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
loader = DataLoader(TensorDataset(X, torch.tensor(iris.target)), batch_size=16, shuffle=True)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 12)
        self.b = nn.Linear(12, 3)

    def forward(self, x):
        return F.softmax(self.b(F.relu(self.a(x))), dim=1)


model = Classifier()
loss_function = nn.NLLLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(10):
    total = 0
    for features, label in loader:
        model.zero_grad()
        probs = model(features)
        loss = loss_function(probs, label)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(label)
    print("epoch: %d loss: %.4f" % (epoch, total / 150))
