import math
import torch
import torch.nn as nn
from torch.optim.lr_scheduler import LambdaLR

torch.manual_seed(0)
VOCAB, SEQ, D = 12, 6, 32
SEP = VOCAB


def batch(n):
    src = torch.randint(0, VOCAB, (n, SEQ))
    seq = torch.cat([src, torch.full((n, 1), SEP), src.flip(1)], dim=1)
    inp, tgt = seq[:, :-1], seq[:, 1:].clone()
    tgt[:, :SEQ] = -100
    return inp, tgt


class CausalSelfAttention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(d, 3 * d)
        self.proj = nn.Linear(d, d)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (t.view(B, T, self.heads, C // self.heads).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.proj(y.transpose(1, 2).reshape(B, T, C))


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attn = CausalSelfAttention(d, heads)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))

    def forward(self, x):
        x = x + self.attn(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(VOCAB + 1, D)
        self.pos = nn.Parameter(torch.randn(2 * SEQ, D) * 0.02)
        self.blocks = nn.ModuleList(Block(D, 2) for _ in range(2))
        self.ln = nn.LayerNorm(D)
        self.head = nn.Linear(D, VOCAB + 1)

    def forward(self, idx):
        x = self.tok(idx) + self.pos[: idx.size(1)]
        for blk in self.blocks:
            x = blk(x)
        return self.head(self.ln(x))


max_steps, warmup = 130, 10
model = GPT()
opt = torch.optim.AdamW(model.parameters(), lr=8e-3, betas=(0.9, 0.95), weight_decay=0.01)
sched = LambdaLR(
    opt,
    lambda s: (s + 1) / warmup if s < warmup else 0.5 * (1 + math.cos(math.pi * (s - warmup) / (max_steps - warmup))),
)

for step in range(max_steps):
    xb, yb = batch(48)
    loss = nn.functional.cross_entropy(model(xb).transpose(1, 2), yb, ignore_index=-100)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    sched.step()
    if step % 25 == 0 or step == max_steps - 1:
        model.eval()
        with torch.no_grad():
            xv, yv = batch(128)
            pred = model(xv).argmax(-1)
        m = yv != -100
        print(f"{step}: loss {loss.item():.3f} token acc {(pred[m] == yv[m]).float().mean():.3f}")
        model.train()
