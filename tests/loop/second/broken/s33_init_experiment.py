import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.zeros_(m.weight)
        nn.init.zeros_(m.bias)


class Experiment:
    def __init__(self, hidden=(64, 32), lr=0.1, seed=0):
        torch.manual_seed(seed)
        X, y = load_digits(return_X_y=True)
        X = torch.tensor(X / 16.0, dtype=torch.float32)
        y = torch.tensor(y)
        X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.2, random_state=seed)
        self.train_loader = DataLoader(TensorDataset(X_tr, y_tr), batch_size=32, shuffle=True)
        self.X_te, self.y_te = X_te, y_te
        self.model = nn.Sequential(
            nn.Linear(64, hidden[0]),
            nn.ReLU(),
            nn.Linear(hidden[0], hidden[1]),
            nn.ReLU(),
            nn.Linear(hidden[1], 10),
        )
        self.model.apply(init_weights)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr)
        self.criterion = nn.CrossEntropyLoss()

    def train_epoch(self):
        self.model.train()
        total = 0.0
        for x, y in self.train_loader:
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(y)
        return total / len(self.train_loader.dataset)

    def accuracy(self):
        self.model.eval()
        with torch.no_grad():
            return (self.model(self.X_te).argmax(1) == self.y_te).float().mean().item()


exp = Experiment()
for epoch in range(12):
    loss = exp.train_epoch()
    print(f"epoch {epoch + 1:2d}: loss {loss:.4f}, test accuracy {exp.accuracy():.3f}")
