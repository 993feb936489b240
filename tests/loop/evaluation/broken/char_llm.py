import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(1337)

text = "the quick brown fox jumps over the lazy dog. pack my box with five dozen liquor jugs. " * 6
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])

CONFIG = {"vocab": len(chars), "d_model": 32, "ctx": 12, "batch": 24}


def get_batches(data, cfg):
    ix = torch.randint(0, len(data) - cfg["ctx"] - 1, (cfg["batch"],))
    x = torch.stack([data[i : i + cfg["ctx"]] for i in ix])
    y = torch.stack([data[i + 1 : i + cfg["ctx"] + 1] for i in ix])
    return x, y


class TinyLM(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.embedding = nn.Embedding(cfg["vocab"], cfg["d_model"])
        self.linear = nn.Sequential(
            nn.Linear(cfg["d_model"], cfg["d_model"]), nn.ReLU(), nn.Linear(cfg["d_model"], cfg["vocab"])
        )

    def forward(self, idx, targets=None):
        a = self.linear(self.embedding(idx))
        logits = F.softmax(a, dim=-1)
        if targets is None:
            return logits
        loss = F.cross_entropy(logits.view(-1, self.cfg["vocab"]), targets.view(-1))
        return logits, loss


model = TinyLM(CONFIG)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(150):
    optimizer.zero_grad()
    xs, ys = get_batches(data, CONFIG)
    logits, loss = model(xs, targets=ys)
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(step, f"{loss.item():.4f}")
