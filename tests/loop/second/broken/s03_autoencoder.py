import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(0)

images = torch.tensor(load_digits().data, dtype=torch.float32) / 16
images = images[torch.randperm(len(images))]
train_x, val_x = images[:1500], images[1500:]

encoder = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 12))
decoder = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 64), nn.Sigmoid())

params = list(encoder.parameters()) + list(decoder.parameters())
optimizer = torch.optim.SGD(params, lr=0.5, momentum=0.9)


def run_epoch(x, batch_size=50):
    encoder.train()
    decoder.train()
    perm = torch.randperm(len(x))
    total = 0.0
    for start in range(0, len(x), batch_size):
        batch = x[perm[start : start + batch_size]]
        recon = decoder(encoder(batch))
        loss = F.mse_loss(recon, batch)
        encoder.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(x)


def validate(x):
    encoder.eval()
    decoder.eval()
    with torch.no_grad():
        return F.mse_loss(decoder(encoder(x)), x).item()


for epoch in range(1, 31):
    tr = run_epoch(train_x)
    if epoch % 5 == 0:
        print(f"[{epoch:02d}] train mse {tr:.5f} | val mse {validate(val_x):.5f}")
