import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call

torch.manual_seed(35)


def sample_task():
    amp = torch.rand(1) * 3 + 1
    phase = torch.rand(1) * torch.pi

    def draw(k):
        x = torch.rand(k, 1) * 5 - 2.5
        return x, amp * torch.sin(x + phase)

    return draw


class SineNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))

    def forward(self, x):
        return self.net(x)


def adapt(model, x, y, inner_lr, steps, create_graph):
    fast = dict(model.named_parameters())
    for _ in range(steps):
        loss = F.mse_loss(functional_call(model, fast, (x,)), y)
        grads = torch.autograd.grad(loss, list(fast.values()), create_graph=create_graph)
        fast = {k: p - inner_lr * g for (k, p), g in zip(fast.items(), grads)}
    return fast


def meta_test(model, n_tasks=15, k=10):
    before = after = 0.0
    for _ in range(n_tasks):
        draw = sample_task()
        xs, ys = draw(k)
        xq, yq = draw(50)
        fast = adapt(model, xs, ys, inner_lr=0.05, steps=3, create_graph=False)
        with torch.no_grad():
            before += F.mse_loss(model(xq), yq).item()
            after += F.mse_loss(functional_call(model, fast, (xq,)), yq).item()
    return before / n_tasks, after / n_tasks


model = SineNet()
meta_opt = torch.optim.Adam(model.parameters(), lr=5e-3)
meta_batch = 4

print("before meta-training: pre %.3f post %.3f" % meta_test(model))
window = []
for iteration in range(1, 151):
    meta_opt.zero_grad()
    outer = 0.0
    for _ in range(meta_batch):
        draw = sample_task()
        x_s, y_s = draw(10)
        x_q, y_q = draw(10)
        fast = adapt(model, x_s, y_s, inner_lr=0.05, steps=1, create_graph=True)
        task_loss = F.mse_loss(functional_call(model, fast, (x_q,)), y_q) / meta_batch
        task_loss.backward()
        outer += task_loss.item()
    meta_opt.step()
    window.append(outer)
    if iteration % 30 == 0:
        print(f"iteration {iteration} mean query loss {sum(window) / len(window):.3f}")
        window = []
print("after meta-training: pre %.3f post %.3f" % meta_test(model))
