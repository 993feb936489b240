import torch
from sklearn.datasets import load_wine
from torch import nn

torch.manual_seed(5)
X, y = load_wine(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float64)
y = torch.tensor(y)
model = nn.Linear(13, 3).double()
optimizer = torch.optim.LBFGS(model.parameters(), lr=1, max_iter=10, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(X), y) + 1e-3 * model.weight.pow(2).sum()
    loss.backward()
    return loss


for i in range(6):
    loss = optimizer.step(closure)
    print(i, round(loss.item(), 5))
