import numpy as np
import torch
from torch import nn, optim
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


class WineNet(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.fc1 = nn.Linear(n_in, 32)
        self.fc2 = nn.Linear(32, n_out)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


class Trainer:
    def __init__(self, model, lr=1e-2):
        self.model = model
        self.opt = optim.Adam(model.parameters(), lr=lr)
        self.loss_fn = nn.CrossEntropyLoss()

    def step(self, xb, yb):
        out = self.model(xb)
        loss = self.loss_fn(out, yb)
        loss.backward()
        self.opt.zero_grad()
        self.opt.step()
        return loss.item()

    def fit(self, X, y, epochs=30, bs=16):
        for ep in range(epochs):
            self.model.train()
            order = torch.randperm(len(X))
            total = 0.0
            for i in range(0, len(X), bs):
                idx = order[i : i + bs]
                total += self.step(X[idx], y[idx]) * len(idx)
            if ep % 5 == 0:
                print("epoch", ep, "train loss", round(total / len(X), 4))

    @torch.no_grad()
    def score(self, X, y):
        self.model.eval()
        return (self.model(X).argmax(dim=1) == y).float().mean().item()


torch.manual_seed(1)
data = load_wine()
Xtr, Xte, ytr, yte = train_test_split(data.data, data.target, random_state=1, stratify=data.target)
sc = StandardScaler().fit(Xtr)
Xtr = torch.from_numpy(sc.transform(Xtr).astype(np.float32))
Xte = torch.from_numpy(sc.transform(Xte).astype(np.float32))
ytr, yte = torch.from_numpy(ytr), torch.from_numpy(yte)

trainer = Trainer(WineNet(13, 3))
trainer.fit(Xtr, ytr)
print("test accuracy:", trainer.score(Xte, yte))
