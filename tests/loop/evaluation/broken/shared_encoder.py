import torch
import torch.nn as nn
from sklearn.datasets import load_wine

torch.manual_seed(44)
X, y = load_wine(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)

encoder = nn.Sequential(nn.Linear(13, 16), nn.ReLU())
classifier = nn.Linear(16, 3)
reconstructor = nn.Linear(16, 13)
opt_c = torch.optim.Adam([*encoder.parameters(), *classifier.parameters()], lr=1e-2)
opt_r = torch.optim.Adam([*encoder.parameters(), *reconstructor.parameters()], lr=1e-2)

for epoch in range(10):
    z = encoder(X)
    loss_c = nn.functional.cross_entropy(classifier(z), y)
    loss_r = nn.functional.mse_loss(reconstructor(z), X)

    opt_c.zero_grad()
    loss_c.backward()
    opt_r.zero_grad()
    loss_r.backward()
    opt_c.step()
    opt_r.step()
    print(epoch, loss_c.item(), loss_r.item())
