import torch
from torch import nn
from sklearn.datasets import load_diabetes

torch.manual_seed(5)


class Regressor(nn.Module):
    def __init__(self, n_in):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, 24), nn.Tanh(), nn.Linear(24, 1))

    def forward(self, x):
        return self.layers(x)


class Trainer:
    def __init__(self, model, lr=1e-2):
        self.model = model
        self.opt = torch.optim.Adam(model.parameters(), lr=lr)
        self.loss_fn = nn.MSELoss()

    def step(self, xb, yb):
        self.opt.zero_grad()
        yhat = self.model(xb)
        loss = self.loss_fn(yhat, yb)
        self.opt.step()
        loss.backward()
        return loss.item()

    def fit(self, X, y, epochs=8, bs=64):
        for ep in range(epochs):
            perm = torch.randperm(len(X))
            tot = sum(self.step(X[i], y[i]) * len(i) for i in perm.split(bs))
            print(f"[{ep}] mse {tot / len(X):.4f}")


X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32) * 20
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32).reshape(-1, 1)
Trainer(Regressor(10)).fit(X, y)
