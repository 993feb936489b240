import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(6)

mix = torch.randn(6, 30)


def make_task(n, proj):
    z = torch.randn(n, 6)
    return torch.tanh(z @ mix) + 0.05 * torch.randn(n, 30), ((z @ proj) ** 2).argmax(1)


def make_backbone():
    return nn.Sequential(
        nn.Linear(30, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU()
    )


def batches(x, y, bs):
    for i in torch.randperm(len(x)).split(bs):
        if len(i) > 1:
            yield x[i], y[i]


def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).double().mean().item()


criterion = nn.CrossEntropyLoss()

# ---- pretraining on the source task
xs, ys = make_task(3000, torch.randn(6, 8))
backbone = make_backbone()
source_model = nn.Sequential(backbone, nn.Linear(32, 8))
optimizer = optim.Adam(source_model.parameters(), lr=3e-3)
for epoch in range(6):
    source_model.train()
    for xb, yb in batches(xs, ys, 128):
        optimizer.zero_grad()
        loss = criterion(source_model(xb), yb)
        loss.backward()
        optimizer.step()
print("source train acc: %.3f" % evaluate(source_model, xs, ys))

# ---- target task, few labels
proj_t = torch.randn(6, 3)
xt, yt = make_task(300, proj_t)
xv, yv = make_task(500, proj_t)

for param in backbone.parameters():
    param.requires_grad = False
head = nn.Linear(32, 3)
model = nn.Sequential(backbone, head)
optimizer = optim.SGD(head.parameters(), lr=0.05, momentum=0.9)

for epoch in range(16):
    if epoch == 8:
        print("unfreezing backbone")
        for param in backbone.parameters():
            param.requires_grad = True
        optimizer.add_param_group({"params": backbone.parameters(), "lr": 0.01})
    model.train()
    if epoch < 8:
        backbone.eval()
    running = 0.0
    for xb, yb in batches(xt, yt, 32):
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        running += loss.item() * len(xb)
    if epoch % 2 == 1:
        print("epoch %2d loss %.4f val acc %.3f" % (epoch, running / len(xt), evaluate(model, xv, yv)))
