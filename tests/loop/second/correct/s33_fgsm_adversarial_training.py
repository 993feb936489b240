import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(33)
EPS = 0.08


def blobs(n):
    y = torch.randint(0, 3, (n,))
    base = torch.eye(3).repeat_interleave(10, dim=1)[y] * 0.3
    return (base + 0.4 * torch.randn(n, 30)).clamp(-1, 1), y


x_train, y_train = blobs(1000)
x_test, y_test = blobs(400)


def fgsm(model, x, y, eps):
    x_adv = x.clone().detach().requires_grad_(True)
    loss = F.cross_entropy(model(x_adv), y)
    (grad,) = torch.autograd.grad(loss, x_adv)
    return (x_adv + eps * grad.sign()).clamp(-1, 1).detach()


def pgd(model, x, y, eps, steps=5):
    alpha = 2.5 * eps / steps
    x_adv = (x + torch.empty_like(x).uniform_(-eps, eps)).clamp(-1, 1)
    for _ in range(steps):
        x_adv.requires_grad_(True)
        loss = F.cross_entropy(model(x_adv), y)
        grad = torch.autograd.grad(loss, x_adv)[0]
        with torch.no_grad():
            x_adv = x_adv + alpha * grad.sign()
            x_adv = torch.min(torch.max(x_adv, x - eps), x + eps).clamp(-1, 1)
    return x_adv.detach()


def report(model, tag):
    model.eval()
    acc = lambda inp: (model(inp).argmax(1) == y_test).float().mean().item()
    x_f, x_p = fgsm(model, x_test, y_test, EPS), pgd(model, x_test, y_test, EPS)
    with torch.no_grad():
        print(f"{tag}: clean {acc(x_test):.3f} fgsm {acc(x_f):.3f} pgd {acc(x_p):.3f}")


def fit(adversarial, epochs=6):
    model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for idx in torch.randperm(len(x_train)).chunk(15):
            xb, yb = x_train[idx], y_train[idx]
            if adversarial:
                xb_adv = fgsm(model, xb, yb, EPS)
                loss = 0.5 * (F.cross_entropy(model(xb), yb) + F.cross_entropy(model(xb_adv), yb))
            else:
                loss = F.cross_entropy(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(idx)
        print(f"  epoch {epoch} loss {total / len(x_train):.4f}")
    return model


report(fit(adversarial=False), "standard")
report(fit(adversarial=True), "adversarial")
