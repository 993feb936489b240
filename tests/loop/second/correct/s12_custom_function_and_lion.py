import torch
from torch import nn
from torch.optim import Optimizer


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return x * torch.sigmoid(beta * x)

    @staticmethod
    def backward(ctx, grad_out):
        x, beta = ctx.saved_tensors
        s = torch.sigmoid(beta * x)
        ds = s * (1 - s)
        grad_x = grad_out * (s + beta * x * ds)
        grad_beta = (grad_out * x * x * ds).sum().reshape(beta.shape)
        return grad_x, grad_beta


class LearnableSwish(nn.Module):
    def __init__(self):
        super().__init__()
        self.beta = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return Swish.apply(x, self.beta)


class Lion(Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["exp_avg"] = torch.zeros_like(p)
                m = state["exp_avg"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_((m * b1 + p.grad * (1 - b1)).sign_(), alpha=-group["lr"])
                m.mul_(b2).add_(p.grad, alpha=1 - b2)
        return loss


torch.manual_seed(0)
x0 = torch.randn(5, dtype=torch.double, requires_grad=True)
b0 = torch.ones(1, dtype=torch.double, requires_grad=True)
assert torch.autograd.gradcheck(Swish.apply, (x0, b0))

y = torch.randint(0, 2, (1000, 1)).float()
ang = 2 * torch.pi * torch.rand(1000, 1)
X = (1 - 0.5 * y) * torch.cat([ang.cos(), ang.sin()], dim=1) + 0.08 * torch.randn(1000, 2)
X_train, y_train, X_test, y_test = X[:800], y[:800], X[800:], y[800:]

model = nn.Sequential(nn.Linear(2, 16), LearnableSwish(), nn.Linear(16, 16), LearnableSwish(), nn.Linear(16, 1))
opt = Lion(model.parameters(), lr=3e-3, weight_decay=0.01)
bce = nn.BCEWithLogitsLoss()

for step in range(301):
    batch = torch.randint(0, len(X_train), (64,))
    loss = bce(model(X_train[batch]), y_train[batch])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        with torch.no_grad():
            acc = ((model(X_test) > 0) == (y_test > 0.5)).float().mean()
        print(f"step {step:3d} loss {loss.item():.4f} test acc {acc:.3f}")
