import torch
import torch.nn as nn
from sklearn.datasets import load_wine

torch.manual_seed(29)
X, y = load_wine(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)
enc, cls, dec = nn.Sequential(nn.Linear(13, 8), nn.Tanh()), nn.Linear(8, 3), nn.Linear(8, 13)
opt = torch.optim.Adam([*enc.parameters(), *cls.parameters(), *dec.parameters()], lr=0.02)
for epoch in range(40):
    z = enc(X)
    ce = nn.functional.cross_entropy(cls(z), y)
    rec = nn.functional.mse_loss(dec(z), X)
    opt.zero_grad()
    ce.backward(retain_graph=True)
    rec.backward()
    opt.step()
    if epoch % 10 == 9:
        print(epoch + 1, round(ce.item(), 4), round(rec.item(), 4))
