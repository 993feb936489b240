import torch

torch.manual_seed(0)

# y = 3*x1 - 2*x2 + 0.5*x3 + 4
true_w = torch.tensor([3.0, -2.0, 0.5])
true_b = 4.0
X = torch.randn(400, 3)
y = X @ true_w + true_b + 0.1 * torch.randn(400)


def data_iter(batch_size, features, labels):
    idx = torch.randperm(len(features))
    for i in range(0, len(features), batch_size):
        j = idx[i : i + batch_size]
        yield features[j], labels[j]


def linreg(X, w, b):
    return X @ w + b


def squared_loss(y_hat, y):
    return (y_hat - y) ** 2 / 2


def sgd(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()


w = torch.normal(0, 0.01, size=(3,), requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lr, num_epochs, batch_size = 0.05, 8, 32

for epoch in range(num_epochs):
    for xb, yb in data_iter(batch_size, X, y):
        l = squared_loss(linreg(xb, w, b), yb)
        l.sum().backward()
        sgd([w, b], lr, len(xb))
    with torch.no_grad():
        train_l = squared_loss(linreg(X, w, b), y)
        print(f"epoch {epoch + 1}, loss {train_l.mean().item():.5f}")

print("error in w:", (true_w - w.detach()).tolist())
print("error in b:", true_b - b.item())
