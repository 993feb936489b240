import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

torch.manual_seed(3)
X, y = load_breast_cancer(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)
net = nn.Sequential(nn.Linear(30, 24), nn.ReLU(), nn.Linear(24, 1), nn.Flatten(0))
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
k, micro = 4, 16

for epoch in range(4):
    batches = torch.randperm(len(X)).split(micro)
    groups = [batches[i : i + k] for i in range(0, len(batches), k)]
    epoch_loss = 0.0
    for group in groups:
        rows = sum(len(b) for b in group)
        opt.zero_grad()
        for b in group:
            loss = nn.functional.binary_cross_entropy_with_logits(net(X[b]), y[b], reduction="sum") / rows
            loss.backward()
            epoch_loss += loss.item() * rows
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
    print(epoch, round(epoch_loss / len(X), 4))
