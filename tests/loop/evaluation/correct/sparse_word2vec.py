import random

import torch
from torch import nn

random.seed(40)
torch.manual_seed(40)
groups = [list(range(0, 6)), list(range(6, 12)), list(range(12, 18))]
pairs = []
for _ in range(900):
    pairs.append(random.sample(random.choice(groups), 2))
pairs = torch.tensor(pairs)


class SkipGram(nn.Module):
    def __init__(self, v=20, d=8):
        super().__init__()
        self.center = nn.Embedding(v, d, sparse=True)
        self.context = nn.Embedding(v, d, sparse=True)
        nn.init.zeros_(self.context.weight)

    def forward(self, c, o, neg):
        v = self.center(c)
        pos = (v * self.context(o)).sum(-1)
        bad = torch.einsum("bd,bkd->bk", v, self.context(neg))
        return -(nn.functional.logsigmoid(pos).mean() + nn.functional.logsigmoid(-bad).sum(1).mean())


model = SkipGram()
optimizer = torch.optim.SparseAdam(model.parameters(), lr=0.02)
for epoch in range(5):
    tot = 0.0
    for b in pairs[torch.randperm(900)].split(60):
        optimizer.zero_grad()
        loss = model(b[:, 0], b[:, 1], torch.randint(0, 18, (len(b), 4)))
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(b) / 900
    print(epoch, round(tot, 4))
