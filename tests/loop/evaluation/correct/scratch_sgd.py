import torch

torch.manual_seed(6)


def synthetic_data(w, b, n):
    X = torch.normal(0, 1, (n, len(w)))
    return X, X @ w + b + torch.normal(0, 0.01, (n,))


features, labels = synthetic_data(torch.tensor([2.0, -3.4]), 4.2, 500)
w = torch.normal(0, 0.01, size=(2,), requires_grad=True)
b = torch.zeros(1, requires_grad=True)


def sgd(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()


for epoch in range(4):
    for idx in torch.randperm(500).split(10):
        l = (features[idx] @ w + b - labels[idx]) ** 2 / 2
        l.sum().backward()
        sgd([w, b], 0.03, len(idx))
    with torch.no_grad():
        print(epoch + 1, f"{((features @ w + b - labels) ** 2 / 2).mean():f}")
