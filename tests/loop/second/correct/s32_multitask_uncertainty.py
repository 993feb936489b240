import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(32)


class SensorDataset(Dataset):
    A, B = torch.randn(18, 6), torch.randn(6, 4)
    v = torch.randn(6)

    def __init__(self, n):
        self.x = torch.randn(n, 18)
        z = torch.tanh(self.x @ self.A / 3)
        self.kind = (z @ self.B).argmax(1)
        self.level = 10 * (z @ self.v) + 0.5 * torch.randn(n)
        self.alarm = (z[:, 0] + z[:, 1] * z[:, 2] > 0).float()

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return {"x": self.x[i], "kind": self.kind[i], "level": self.level[i], "alarm": self.alarm[i]}


class MultiTaskNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(18, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.kind = nn.Linear(64, 4)
        self.level = nn.Linear(64, 1)
        self.alarm = nn.Linear(64, 1)

    def forward(self, x):
        h = self.trunk(x)
        return {"kind": self.kind(h), "level": self.level(h).squeeze(-1), "alarm": self.alarm(h).squeeze(-1)}


class UncertaintyWeighting(nn.Module):
    def __init__(self, tasks):
        super().__init__()
        self.log_var = nn.ParameterDict({t: nn.Parameter(torch.zeros(())) for t in tasks})

    def forward(self, losses):
        return sum(torch.exp(-self.log_var[t]) * l + 0.5 * self.log_var[t] for t, l in losses.items())


def task_losses(out, batch):
    return {
        "kind": F.cross_entropy(out["kind"], batch["kind"]),
        "level": F.smooth_l1_loss(out["level"], batch["level"]),
        "alarm": F.binary_cross_entropy_with_logits(out["alarm"], batch["alarm"]),
    }


train_dl = DataLoader(SensorDataset(1200), batch_size=100, shuffle=True)
val_dl = DataLoader(SensorDataset(300), batch_size=150)
net, weigher = MultiTaskNet(), UncertaintyWeighting(["kind", "level", "alarm"])
opt = torch.optim.Adam([{"params": net.parameters()}, {"params": weigher.parameters(), "lr": 1e-2}], lr=4e-3)

for epoch in range(10):
    net.train()
    for batch in train_dl:
        opt.zero_grad()
        total = weigher(task_losses(net(batch["x"]), batch))
        total.backward()
        opt.step()

    net.eval()
    sums, n = {}, 0
    with torch.no_grad():
        for batch in val_dl:
            for t, l in task_losses(net(batch["x"]), batch).items():
                sums[t] = sums.get(t, 0.0) + l.item() * len(batch["x"])
            n += len(batch["x"])
    print(
        epoch,
        " ".join(f"{t}: {s / n:.4f}" for t, s in sums.items()),
        "weights",
        [round(torch.exp(-p).item(), 2) for p in weigher.log_var.values()],
    )
