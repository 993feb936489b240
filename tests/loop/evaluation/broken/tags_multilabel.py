import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(14)
n, d, tags = 500, 20, 6
X = torch.randn(n, d)
W = torch.randn(d, tags)
Y = (X @ W > 3.0).float()


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(d, 32)
        self.out = nn.Linear(32, tags)

    def forward(self, x):
        h = F.gelu(self.lin(x))
        return self.out(h).sigmoid()


tagger = Tagger()
opt = torch.optim.AdamW(tagger.parameters(), lr=1e-2)
for epoch in range(8):
    for b in torch.randperm(n).split(50):
        p = tagger(X[b])
        loss = F.binary_cross_entropy_with_logits(p, Y[b])
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
    with torch.no_grad():
        full = F.binary_cross_entropy_with_logits(tagger(X), Y)
    print(epoch, f"{full.item():.4f}")
