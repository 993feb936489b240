import copy
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes

torch.manual_seed(17)

X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).view(-1, 1)
shuf = torch.randperm(len(X))
X, y = X[shuf], y[shuf]
X_tr, X_val, y_tr, y_val = X[:350], X[350:], y[:350], y[350:]
X_mu, X_sd, y_mu, y_sd = X_tr.mean(0), X_tr.std(0), y_tr.mean(), y_tr.std()
X_tr, X_val = (X_tr - X_mu) / X_sd, (X_val - X_mu) / X_sd
y_tr, y_val = (y_tr - y_mu) / y_sd, (y_val - y_mu) / y_sd

model = nn.Sequential(nn.Linear(10, 32), nn.ELU(), nn.Dropout(0.2), nn.Linear(32, 1))
loss_func = nn.HuberLoss(delta=1.0)


def find_lr(model, start=1e-5, end=10.0, num_it=60, beta=0.9):
    net = copy.deepcopy(model)
    opt = torch.optim.SGD(net.parameters(), lr=start, momentum=0.9)
    mult = (end / start) ** (1 / (num_it - 1))
    avg, best, lrs, losses = 0.0, float("inf"), [], []
    for it in range(num_it):
        idx = torch.randint(0, len(X_tr), (64,))
        loss = loss_func(net(X_tr[idx]), y_tr[idx])
        avg = beta * avg + (1 - beta) * loss.item()
        smooth = avg / (1 - beta ** (it + 1))
        if it > 10 and smooth > 4 * best:
            break
        best = min(best, smooth)
        lrs.append(opt.param_groups[0]["lr"])
        losses.append(smooth)
        opt.zero_grad()
        loss.backward()
        opt.step()
        opt.param_groups[0]["lr"] *= mult
    return lrs[losses.index(min(losses))] / 10


lr = find_lr(model)
print(f"suggested lr: {lr:.2e}")

optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.3, patience=3)

for epoch in range(25):
    model.train()
    perm = torch.randperm(len(X_tr))
    train_loss = 0.0
    for i in range(0, len(perm), 32):
        idx = perm[i : i + 32]
        optimizer.zero_grad()
        loss = loss_func(model(X_tr[idx]), y_tr[idx])
        loss.backward()
        optimizer.step()
        train_loss += loss.item() * len(idx)
    model.eval()
    with torch.no_grad():
        val_loss = loss_func(model(X_val), y_val).item()
    scheduler.step(val_loss)
    if epoch % 5 == 0 or epoch == 24:
        print(
            epoch,
            "train",
            round(train_loss / len(X_tr), 4),
            "val",
            round(val_loss, 4),
            "lr",
            optimizer.param_groups[0]["lr"],
        )
