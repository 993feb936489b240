import torch
from torch import nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

torch.manual_seed(17)
X, y = load_breast_cancer(return_X_y=True)
X = (X - X.mean(0)) / X.std(0)
Xtr, Xte, ytr, yte = map(torch.tensor, train_test_split(X, y, test_size=0.25, random_state=17))
Xtr, Xte = Xtr.float(), Xte.float()


class TwoBranch(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch_a = nn.Sequential(nn.Linear(15, 8), nn.ReLU())
        self.branch_b = nn.Sequential(nn.Linear(15, 8), nn.ReLU())
        self.join = nn.Linear(16, 2)

    def forward(self, x):
        a = self.branch_a(x[:, :15])
        b = self.branch_a(x[:, 15:])
        return self.join(torch.cat([a, b], dim=1))


model = TwoBranch()
optim = torch.optim.AdamW(model.parameters(), lr=5e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(15):
    model.train()
    for i in torch.randperm(len(Xtr)).split(64):
        loss = loss_fn(model(Xtr[i]), ytr[i])
        optim.zero_grad()
        loss.backward()
        optim.step()
    model.eval()
    with torch.no_grad():
        val = loss_fn(model(Xte), yte).item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1}: val {val:.4f}")
