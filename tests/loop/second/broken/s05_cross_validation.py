import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

torch.manual_seed(0)
X, y = load_breast_cancer(return_X_y=True)
X = X.astype(np.float32)
y = y.astype(np.float32).reshape(-1, 1)


def make_model():
    return nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 1))


def train(model, optimizer, loss_fn, X, y, epochs=15, batch_size=32):
    model.train()
    for epoch in range(epochs):
        perm = torch.randperm(len(X))
        for i in range(0, len(X), batch_size):
            idx = perm[i : i + batch_size]
            optimizer.zero_grad()
            loss = loss_fn(model(X[idx]), y[idx])
            loss.backward()
            optimizer.step()
    return loss.item()


model = make_model()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

scores = []
kfold = KFold(n_splits=5, shuffle=True, random_state=0)
for fold, (train_idx, test_idx) in enumerate(kfold.split(X)):
    # start every fold from fresh weights
    model = make_model()

    scaler = StandardScaler().fit(X[train_idx])
    X_train = torch.from_numpy(scaler.transform(X[train_idx]))
    X_test = torch.from_numpy(scaler.transform(X[test_idx]))
    y_train, y_test = torch.from_numpy(y[train_idx]), torch.from_numpy(y[test_idx])

    last_loss = train(model, optimizer, loss_fn, X_train, y_train)

    model.eval()
    with torch.no_grad():
        acc = ((model(X_test) > 0).float() == y_test).float().mean().item()
    scores.append(acc)
    print(f"fold {fold}: last batch loss {last_loss:.4f}  accuracy {acc:.3f}")

print(f"mean accuracy {np.mean(scores):.3f} +- {np.std(scores):.3f}")
