import torch
from sklearn.datasets import load_wine
from torch import nn

torch.manual_seed(12)
X, y = load_wine(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)
body = nn.Sequential(nn.Linear(13, 24), nn.ReLU())
head = nn.Linear(24, 3)
model = nn.Sequential(body, head)
for p in body.parameters():
    p.requires_grad = False
optimizer = torch.optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), lr=0.1)
for epoch in range(16):
    if epoch == 6:
        for p in body.parameters():
            p.requires_grad = True
        optimizer.add_param_group({"params": body.parameters(), "lr": 0.02})
    for i in torch.randperm(len(X)).split(32):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X[i]), y[i])
        loss.backward()
        optimizer.step()
    if epoch % 3 == 0:
        print(epoch, round(nn.functional.cross_entropy(model(X), y).item(), 4))
