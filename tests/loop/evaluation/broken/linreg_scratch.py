import torch

torch.manual_seed(3)

n = 200
features = torch.randn(n, 2)
true_w, true_b = torch.tensor([2.0, -3.4]), 4.2
targets = features @ true_w + true_b + 0.01 * torch.randn(n)

w = torch.zeros(2, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lr = 0.03


def linreg(X, w, b):
    return X @ w + b


for epoch in range(60):
    l = ((linreg(features, w, b) - targets) ** 2).mean()
    l.backward()
    with torch.no_grad():
        w -= lr * w.grad
        b -= lr * b.grad
    if epoch % 6 == 0:
        print(f"epoch {epoch}, loss {l.item():.4f}")

print("w", [round(v, 3) for v in w.tolist()], "b", round(b.item(), 3))
