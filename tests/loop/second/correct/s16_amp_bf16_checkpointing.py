import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class ResBlock(nn.Module):
    def __init__(self, dim, p=0.1):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, dim * 2)
        self.fc2 = nn.Linear(dim * 2, dim)
        self.drop = nn.Dropout(p)

    def forward(self, x):
        return x + self.drop(self.fc2(torch.nn.functional.silu(self.fc1(self.norm(x)))))


class DeepNet(nn.Module):
    def __init__(self, n_in, n_out, dim=32, depth=4, use_ckpt=True):
        super().__init__()
        self.stem = nn.Linear(n_in, dim)
        self.blocks = nn.ModuleList([ResBlock(dim) for _ in range(depth)])
        self.head = nn.Linear(dim, n_out)
        self.use_ckpt = use_ckpt

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            if self.use_ckpt and self.training:
                x = checkpoint(block, x, use_reentrant=False)
            else:
                x = block(x)
        return self.head(x)


def make_spirals(n, classes=3):
    y = torch.arange(n) % classes
    r = torch.rand(n)
    theta = 4 * r + y * (2 * torch.pi / classes) + 0.1 * torch.randn(n)
    return torch.stack([r * theta.cos(), r * theta.sin()], 1), y


def main():
    torch.manual_seed(99)
    x, y = make_spirals(900)
    xt, yt = make_spirals(300)
    model = DeepNet(2, 3)
    opt = torch.optim.AdamW(model.parameters(), lr=2e-3)
    criterion = nn.CrossEntropyLoss()

    for epoch in range(12):
        model.train()
        tot = 0
        for idx in torch.randperm(len(x)).split(128):
            opt.zero_grad(set_to_none=True)
            with torch.autocast(device_type="cpu", dtype=torch.bfloat16):
                logits = model(x[idx])
                loss = criterion(logits, y[idx])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            tot += loss.item() * len(idx)
        if epoch % 3 == 2:
            model.eval()
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
                acc = (model(xt).argmax(1) == yt).float().mean().item()
            print(f"epoch {epoch + 1} train_loss={tot / len(x):.3f} test_acc={acc:.3f}")


main()
