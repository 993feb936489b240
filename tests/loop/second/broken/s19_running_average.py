import resource
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


def make_batch(n=16):
    """sequences of +-1, label = does the sum exceed zero"""
    x = torch.randint(0, 2, (n, 15, 1)).float() * 2 - 1
    return x, (x.sum(dim=(1, 2)) > 0).long()


class SeqClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.RNNCell(1, 16)
        self.out = nn.Linear(16, 2)

    def forward(self, x):
        h = torch.zeros(x.size(0), 16)
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
        return self.out(h)


def rss():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


model = SeqClassifier()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
steps = 800
total_loss = 0

for step in range(1, steps + 1):
    x, y = make_batch()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    total_loss += loss
    if step % 100 == 0:
        print(f"step {step}: mean loss so far {total_loss / step:.4f}, peak memory {rss():.0f} MB")

x, y = make_batch(500)
with torch.no_grad():
    print("accuracy", (model(x).argmax(1) == y).float().mean().item())
