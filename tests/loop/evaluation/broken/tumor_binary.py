import numpy as np
import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

torch.manual_seed(0)
X, y = load_breast_cancer(return_X_y=True)
X = ((X - X.mean(axis=0)) / X.std(axis=0)).astype(np.float32)
X, y = torch.from_numpy(X), torch.from_numpy(y.astype(np.float32)).unsqueeze(1)


class BinaryClassification(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer_1 = nn.Linear(30, 32)
        self.layer_2 = nn.Linear(32, 1)
        self.relu = nn.ReLU()
        self.sigmoid = nn.Sigmoid()

    def forward(self, inputs):
        x = self.relu(self.layer_1(inputs))
        return self.sigmoid(self.layer_2(x))


model = BinaryClassification()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)


def binary_acc(y_pred, y_test):
    return (torch.round(torch.sigmoid(y_pred)) == y_test).float().mean().item()


model.train()
for e in range(1, 9):
    epoch_loss = 0
    for idx in torch.randperm(len(X)).split(64):
        optimizer.zero_grad()
        y_pred = model(X[idx])
        loss = criterion(y_pred, y[idx])
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item() * len(idx)
    print(f"Epoch {e:03}: | Loss: {epoch_loss / len(X):.5f} | Acc: {binary_acc(model(X), y):.3f}")
