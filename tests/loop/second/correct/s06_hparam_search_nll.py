import itertools

import torch
from torch import nn
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

data, target = load_wine(return_X_y=True)
x_rest, x_test, y_rest, y_test = train_test_split(data, target, test_size=40, random_state=1, stratify=target)
x_tr, x_va, y_tr, y_va = train_test_split(x_rest, y_rest, test_size=38, random_state=1, stratify=y_rest)

mean, std = x_tr.mean(0), x_tr.std(0)
to_x = lambda a: torch.tensor((a - mean) / std, dtype=torch.float32)
to_y = lambda a: torch.tensor(a, dtype=torch.long)
x_tr, x_va, x_test = map(to_x, (x_tr, x_va, x_test))
y_tr, y_va, y_test = map(to_y, (y_tr, y_va, y_test))


class Classifier(nn.Module):
    def __init__(self, width, act):
        super().__init__()
        self.l1 = nn.Linear(13, width)
        self.l2 = nn.Linear(width, 3)
        self.act = act

    def forward(self, x):
        return nn.functional.log_softmax(self.l2(self.act(self.l1(x))), dim=-1)


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(-1) == y).float().mean().item()


def run_trial(lr, width, act, n_iter=40):
    torch.manual_seed(0)
    model = Classifier(width, act)
    opt = torch.optim.RMSprop(model.parameters(), lr=lr)
    nll = nn.NLLLoss()
    for _ in range(n_iter):
        model.train()
        opt.zero_grad()
        loss = nll(model(x_tr), y_tr)
        loss.backward()
        opt.step()
    return model, loss.item(), accuracy(model, x_va, y_va)


results = []
for lr, width, (name, act) in itertools.product(
    [3e-4, 1e-3, 1e-2], [8, 32], [("relu", torch.relu), ("tanh", torch.tanh)]
):
    model, final_loss, va_acc = run_trial(lr, width, act)
    results.append((va_acc, -final_loss, (lr, width, name), model))
    print(f"lr={lr:<7} width={width:<3} act={name:<5} loss={final_loss:.4f} val_acc={va_acc:.3f}")

best = max(results, key=lambda r: r[:2])
print("best setting", best[2], "test acc %.3f" % accuracy(best[3], x_test, y_test))
