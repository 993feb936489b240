import torch
from sklearn.datasets import load_breast_cancer

torch.manual_seed(34)
X, y = load_breast_cancer(return_X_y=True)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


class LogReg(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.linear = torch.nn.Linear(n, 1)

    def forward(self, x):
        return self.linear(x).squeeze(-1)


clf = LogReg(X.shape[1])
opt = torch.optim.SGD(clf.parameters(), lr=0.01)
loss_fn = torch.nn.BCEWithLogitsLoss()
for epoch in range(40):
    opt.zero_grad()
    loss = loss_fn(clf(X), y)
    loss.backward()
    opt.step()
    if epoch % 5 == 0:
        print(epoch, round(loss.item(), 3))
