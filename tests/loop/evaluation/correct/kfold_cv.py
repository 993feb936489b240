import numpy as np
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import KFold
from torch import nn

X, y = load_breast_cancer(return_X_y=True)
scores = []
for fold, (tr, va) in enumerate(KFold(4, shuffle=True, random_state=33).split(X)):
    torch.manual_seed(33 + fold)
    mu, sd = X[tr].mean(0), X[tr].std(0)
    Xt, Xv = (torch.tensor((X[i] - mu) / sd, dtype=torch.float32) for i in (tr, va))
    yt, yv = torch.tensor(y[tr]), torch.tensor(y[va])
    model = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(4):
        model.train()
        for b in torch.randperm(len(Xt)).split(48):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(Xt[b]), yt[b]).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        scores.append((model(Xv).argmax(1) == yv).float().mean().item())
    print("fold", fold, round(scores[-1], 3))
print("mean", round(float(np.mean(scores)), 3))
