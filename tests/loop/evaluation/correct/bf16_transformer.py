import torch
from torch import nn

torch.manual_seed(22)
V, L = 10, 6
X = torch.randint(0, V, (320, L))
y = (X == 3).any(1).long()


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(V, 24)
        self.pos = nn.Parameter(torch.zeros(1, L, 24))
        layer = nn.TransformerEncoderLayer(24, 4, 48, dropout=0.1, batch_first=True)
        self.enc = nn.TransformerEncoder(layer, 1)
        self.head = nn.Linear(24, 2)

    def forward(self, ids):
        return self.head(self.enc(self.tok(ids) + self.pos).mean(1))


model = Encoder()
opt = torch.optim.AdamW(model.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / 8))
for epoch in range(6):
    model.train()
    for b in torch.randperm(256).split(64):
        opt.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(X[b]), y[b])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        sched.step()
    model.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        acc = (model(X[256:]).argmax(1) == y[256:]).float().mean().item()
    print(epoch, "val acc", round(acc, 2))
