from copy import deepcopy

import torch
import torch.nn as nn


class ModelEMA:
    def __init__(self, model, decay=0.98):
        self.ema = deepcopy(model).eval()
        self.decay = decay
        self.updates = 0
        for p in self.ema.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update(self, model):
        self.updates += 1
        d = min(self.decay, (1 + self.updates) / (10 + self.updates))
        msd = model.state_dict()
        for k, v in self.ema.state_dict().items():
            if v.dtype.is_floating_point:
                v.mul_(d).add_(msd[k].detach(), alpha=1 - d)
            else:
                v.copy_(msd[k])


def accuracy(net, x, y):
    was_training = net.training
    net.eval()
    with torch.no_grad():
        acc = (net(x).argmax(1) == y).float().mean().item()
    net.train(was_training)
    return acc


torch.manual_seed(8)
W = torch.randn(15, 5)
x_all = torch.randn(2400, 15)
y_all = (x_all @ W + 0.5 * torch.randn(2400, 5)).argmax(1)
x_train, y_train = x_all[:2000], y_all[:2000]
x_test, y_test = x_all[2000:], y_all[2000:]

net = nn.Sequential(nn.Linear(15, 96, bias=False), nn.BatchNorm1d(96), nn.ReLU(), nn.Linear(96, 5))
ema = ModelEMA(net)
opt = torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9, weight_decay=1e-4)
lr_sched = torch.optim.lr_scheduler.MultiStepLR(opt, milestones=[4, 7], gamma=0.2)
ce = nn.CrossEntropyLoss()

for epoch in range(9):
    net.train()
    meter, count = 0.0, 0
    for xb, yb in zip(*(t.split(80) for t in (lambda p: (x_train[p], y_train[p]))(torch.randperm(2000)))):
        loss = ce(net(xb), yb)
        for p in net.parameters():
            p.grad = None
        loss.backward()
        opt.step()
        ema.update(net)
        meter += loss.item() * xb.shape[0]
        count += xb.shape[0]
    lr_sched.step()
    print(
        f"{epoch:2d}  loss {meter / count:.4f}  acc {accuracy(net, x_test, y_test):.4f}  "
        f"ema acc {accuracy(ema.ema, x_test, y_test):.4f}  lr {opt.param_groups[0]['lr']:.4f}"
    )
