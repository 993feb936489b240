# per-example clipped gradients (DP-SGD flavoured) with torch.func
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad_and_value, vmap

torch.manual_seed(31)
n, d = 1200, 10
w_true = torch.randn(d)
x = torch.randn(n, d)
y = (torch.sigmoid(2 * x @ w_true) > torch.rand(n)).float()
x_train, y_train, x_test, y_test = x[:1000], y[:1000], x[1000:], y[1000:]

model = nn.Sequential(nn.Linear(d, 16), nn.Tanh(), nn.Linear(16, 1))
params = {k: v.detach().clone() for k, v in model.named_parameters()}


def loss_fn(params, sample, target):
    logit = functional_call(model, params, (sample.unsqueeze(0),)).squeeze()
    return F.binary_cross_entropy_with_logits(logit, target)


per_sample = vmap(grad_and_value(loss_fn), in_dims=(None, 0, 0))

lr, max_norm, sigma, batch_size = 0.2, 1.0, 0.3, 100


def private_update(params, xb, yb):
    grads, losses = per_sample(params, xb, yb)
    norms = torch.sqrt(sum(g.flatten(1).pow(2).sum(1) for g in grads.values()))
    scale = (max_norm / (norms + 1e-6)).clamp(max=1.0)
    new = {}
    for k, g in grads.items():
        g = (g * scale.view(-1, *[1] * (g.dim() - 1))).sum(0)
        g = (g + sigma * max_norm * torch.randn_like(g)) / len(xb)
        new[k] = params[k] - lr * g
    return new, losses.mean().item(), (norms > max_norm).float().mean().item()


def accuracy(params):
    logits = functional_call(model, params, (x_test,)).squeeze(1)
    return ((logits > 0).float() == y_test).float().mean().item()


for epoch in range(12):
    perm = torch.randperm(len(x_train))
    epoch_loss, clipped = 0.0, 0.0
    nb = 0
    for i in range(0, len(perm), batch_size):
        b = perm[i : i + batch_size]
        params, l, c = private_update(params, x_train[b], y_train[b])
        epoch_loss += l
        clipped += c
        nb += 1
    with torch.no_grad():
        acc = accuracy(params)
    print(f"epoch {epoch + 1}: loss {epoch_loss / nb:.4f}, clipped {clipped / nb:.2f}, test acc {acc:.3f}")
