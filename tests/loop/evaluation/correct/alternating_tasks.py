import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(28)
dx, dy = load_digits(return_X_y=True)
dx, dy = torch.tensor(dx / 16, dtype=torch.float32), torch.tensor(dy)
parity = (dy % 2).float()


class MultiTask(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(64, 48), nn.ReLU())
        self.digit = nn.Linear(48, 10)
        self.parity = nn.Linear(48, 1)

    def forward(self, x, task):
        h = self.shared(x)
        return self.digit(h) if task == "digit" else self.parity(h).squeeze(1)


model = MultiTask()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(5):
    seen = {"digit": [], "parity": []}
    for k, b in enumerate(torch.randperm(1792).split(64)):
        task = "digit" if k % 2 == 0 else "parity"
        out = model(dx[b], task)
        loss = (
            nn.functional.cross_entropy(out, dy[b])
            if task == "digit"
            else nn.functional.binary_cross_entropy_with_logits(out, parity[b])
        )
        opt.zero_grad()
        loss.backward()
        opt.step()
        seen[task].append(loss.item())
    print(epoch, {t: round(sum(v) / len(v), 3) for t, v in seen.items()})
