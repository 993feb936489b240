import torch
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn

torch.manual_seed(37)
X, y = load_diabetes(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, random_state=37)
sc = StandardScaler().fit(Xa)
Xa, Xb = (torch.tensor(sc.transform(v), dtype=torch.float32) for v in (Xa, Xb))
ya, yb = (torch.tensor(v, dtype=torch.float32).unsqueeze(1) for v in (ya, yb))
model = nn.Linear(10, 1)
opt = torch.optim.SGD(model.parameters(), lr=0.02)
for epoch in range(20):
    for b in torch.randperm(len(Xa)).split(32):
        loss = nn.functional.mse_loss(model(Xa[b]), ya[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 4 == 3:
        with torch.no_grad():
            print(epoch + 1, "val mse", round(nn.functional.mse_loss(model(Xb), yb).item()))
