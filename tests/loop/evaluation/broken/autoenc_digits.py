import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader

torch.manual_seed(21)
X = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
loader = DataLoader(X, batch_size=128, shuffle=True)

encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 8))
decoder = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())
params = list(encoder.parameters()) + list(decoder.parameters())
optimizer = torch.optim.Adam(params, lr=2e-3)

for epoch in range(6):
    train_loss = 0
    for batch in loader:
        optimizer.zero_grad()
        recon = decoder(encoder(batch))
        loss = nn.functional.mse_loss(recon, batch)
        loss.backward()
        train_loss += loss.item() * len(batch)
    print(f"====> Epoch: {epoch} average loss: {train_loss / len(X):.4f}")
