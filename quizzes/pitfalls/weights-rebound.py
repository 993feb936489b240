"""A manual update makes a new tensor

symptom: the second round raises TypeError: .grad is None
why: w - lr * w.grad is a new tensor without a gradient of its own; w now names that one
cure: change the tensor in place, under no_grad: w -= lr * w.grad
finding: none
level: none
error: TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'
warning: The .grad attribute of a Tensor that is not a leaf Tensor is being accessed
lesson: 03
covers: X-07, X-44
"""

import torch

torch.manual_seed(0)
X = torch.randn(60, 3)
y = X @ torch.tensor([2.0, -1.0, 0.5])
w = torch.zeros(3, requires_grad=True)
lr = 0.1

history = []
for epoch in range(20):
    loss = ((X @ w - y) ** 2).mean()
    history.append(loss.item())
    loss.backward()
    w = w - lr * w.grad  # broken
    # cured: with torch.no_grad():
    # cured:     w -= lr * w.grad
    # cured: w.grad = None
