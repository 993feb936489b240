import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

np.random.seed(77)
torch.manual_seed(77)

W1, W2 = torch.randn(12, 24), torch.randn(24, 4)


def teacher(x):
    return (torch.tanh(x @ W1 / 6) @ W2).argmax(1)


x_train = torch.randn(1600, 12)
y_train = teacher(x_train)
x_test = torch.randn(400, 12)
y_test = teacher(x_test)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=50, shuffle=True)

net = nn.Sequential(
    nn.Linear(12, 96), nn.ReLU(), nn.Dropout(0.1), nn.Linear(96, 96), nn.ReLU(), nn.Dropout(0.1), nn.Linear(96, 4)
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
accumulation_steps = 2


def mixup_data(x, y, alpha=0.2):
    lam = np.random.beta(alpha, alpha)
    index = torch.randperm(x.size(0))
    return lam * x + (1 - lam) * x[index], y, y[index], lam


def mixup_criterion(pred, y_a, y_b, lam):
    return lam * criterion(pred, y_a) + (1 - lam) * criterion(pred, y_b)


for epoch in range(10):
    net.train()
    train_loss, total = 0, 0
    optimizer.zero_grad()
    for batch_idx, (inputs, targets) in enumerate(loader):
        inputs, targets_a, targets_b, lam = mixup_data(inputs, targets)
        outputs = net(inputs)
        loss = mixup_criterion(outputs, targets_a, targets_b, lam)
        (loss / accumulation_steps).backward()
        if (batch_idx + 1) % accumulation_steps == 0:
            optimizer.step()
            optimizer.zero_grad()
        train_loss += loss.item() * targets.size(0)
        total += targets.size(0)

    net.eval()
    with torch.no_grad():
        acc = (net(x_test).argmax(1) == y_test).float().mean().item()
    if epoch % 2:
        print("Epoch %d | mixup loss %.3f | test acc %.3f" % (epoch, train_loss / total, acc))


def mc_predict(model, x, n_samples=30):
    model.eval()
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.train()
    with torch.no_grad():
        probs = torch.stack([model(x).softmax(-1) for _ in range(n_samples)])
    model.eval()
    return probs.mean(0), probs.std(0)


mean, std = mc_predict(net, x_test)
right = mean.argmax(1) == y_test
unc = std.gather(1, mean.argmax(1, keepdim=True)).squeeze(1)
print(
    "MC acc %.3f, uncertainty when right %.4f / wrong %.4f"
    % (right.float().mean(), unc[right].mean(), unc[~right].mean())
)
