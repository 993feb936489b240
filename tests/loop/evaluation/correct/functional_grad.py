import torch
from sklearn.datasets import load_iris
from torch import nn
from torch.func import functional_call, grad_and_value

torch.manual_seed(8)
X, y = load_iris(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)
model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
params = {k: v.detach().clone() for k, v in model.named_parameters()}


def loss_fn(params, x, t):
    return nn.functional.cross_entropy(functional_call(model, params, (x,)), t)


step = grad_and_value(loss_fn)
for it in range(80):
    idx = torch.randint(0, 150, (50,))
    grads, loss = step(params, X[idx], y[idx])
    params = {k: params[k] - 0.3 * grads[k] for k in params}
    if it % 20 == 19:
        print(it + 1, round(loss.item(), 4))
acc = (functional_call(model, params, (X,)).argmax(1) == y).float().mean()
print("acc", round(acc.item(), 3))
