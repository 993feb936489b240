import torch
import torch.nn as nn

torch.manual_seed(3)


def make_images(n):
    # horizontal bar / vertical bar / cross / square, at random places
    imgs = 0.3 * torch.randn(n, 1, 8, 8)
    labels = torch.randint(0, 4, (n,))
    for i, c in enumerate(labels.tolist()):
        r, s = torch.randint(0, 4, (2,)).tolist()
        if c in (0, 2):
            imgs[i, 0, r + 2, s : s + 5] += 1
        if c in (1, 2):
            imgs[i, 0, r : r + 5, s + 2] += 1
        if c == 3:
            imgs[i, 0, r : r + 4, s : s + 4] += 1
    return imgs, labels


imgs, labels = make_images(1000)
perm = torch.randperm(len(imgs))
tr, te = perm[:800], perm[800:]


class Block(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, stride=stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(cout)
        self.skip = nn.Identity() if cin == cout and stride == 1 else nn.Conv2d(cin, cout, 1, stride=stride)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)) + self.skip(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(Block(1, 16), Block(16, 32, 2))
        self.fc = nn.Linear(32, 4)

    def forward(self, x):
        x = self.body(x)
        x = x.mean(dim=(2, 3))
        return self.fc(x)


net = Net()

decay, no_decay = [], []
for name, p in net.named_parameters():
    (no_decay if p.ndim <= 1 else decay).append(p)
optim = torch.optim.SGD(
    [{"params": decay, "weight_decay": 5e-4}, {"params": no_decay, "weight_decay": 0.0}],
    lr=0.05,
    momentum=0.9,
    nesterov=True,
)
EPOCHS = 6
sched = torch.optim.lr_scheduler.CosineAnnealingLR(optim, T_max=EPOCHS)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)

for epoch in range(EPOCHS):
    net.train()
    running, seen = 0.0, 0
    order = tr[torch.randperm(len(tr))]
    for chunk in order.split(64):
        xb, yb = imgs[chunk], labels[chunk]
        optim.zero_grad()
        out = net(xb)
        loss = criterion(out, yb)
        loss.backward()
        optim.step()
        running += loss.item() * chunk.numel()
        seen += chunk.numel()
    sched.step()

    net.eval()
    with torch.no_grad():
        acc = (net(imgs[te]).argmax(1) == labels[te]).float().mean()
    print("epoch %d  loss %.4f  test acc %.2f%%  lr %.4f" % (epoch, running / seen, 100 * acc, sched.get_last_lr()[0]))
