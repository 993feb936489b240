import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold

X, y = load_iris(return_X_y=True)
X = X.astype("float32")


class Net(nn.Module):
    def __init__(self, n_in=4, n_hidden=20, n_out=3):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.predict = nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.predict(F.relu(self.hidden(x)))


skf = StratifiedKFold(n_splits=5, shuffle=True, random_state=2019)
oof = np.zeros((len(X), 3), dtype="float32")
scores = []

for fold, (trn_idx, val_idx) in enumerate(skf.split(X, y)):
    torch.manual_seed(fold)
    mu, sigma = X[trn_idx].mean(0), X[trn_idx].std(0)
    trn_x = torch.from_numpy((X[trn_idx] - mu) / sigma)
    val_x = torch.from_numpy((X[val_idx] - mu) / sigma)
    trn_y, val_y = torch.from_numpy(y[trn_idx]).long(), torch.from_numpy(y[val_idx]).long()

    net = Net()
    optimizer = torch.optim.Adagrad(net.parameters(), lr=0.1)

    for epoch in range(10):
        net.train()
        shuffled = torch.randperm(len(trn_x))
        loss_sum = 0
        for k in range(0, len(shuffled), 32):
            rows = shuffled[k : k + 32]
            loss = F.cross_entropy(net(trn_x[rows]), trn_y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(rows)
        if epoch in (0, 9):
            print(f"fold {fold} epoch {epoch:2d} train loss {loss_sum / len(trn_x):.4f}")

    net.eval()
    with torch.no_grad():
        out = net(val_x)
        oof[val_idx] = out.softmax(1).numpy()
        scores.append((out.argmax(1) == val_y).float().mean().item())
    print(f"fold {fold} accuracy {scores[-1]:.4f}")

print("CV accuracy %.4f +- %.4f" % (np.mean(scores), np.std(scores)))
print("OOF logloss %.4f" % -np.log(oof[np.arange(len(y)), y] + 1e-9).mean())
