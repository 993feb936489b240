import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(68)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
Xa, ya, Xb, yb = X[:1200], y[:1200], X[1200:], y[1200:]
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
opt = torch.optim.Adam(model.parameters(), lr=0.02)
best_acc, best_model_wts = 0.0, None
for epoch in range(8):
    model.train()
    for i in torch.randperm(1200).split(40):
        opt.zero_grad()
        nn.functional.cross_entropy(model(Xa[i]), ya[i]).backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        acc = (model(Xb).argmax(1) == yb).float().mean().item()
    if acc > best_acc:
        best_acc = acc
        best_model_wts = model.state_dict()
    print(epoch, round(acc, 4))
model.load_state_dict(best_model_wts)
with torch.no_grad():
    print("best", round(best_acc, 4), "restored", round((model(Xb).argmax(1) == yb).float().mean().item(), 4))
