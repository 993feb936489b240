import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(11)
raw = load_breast_cancer()
ds = TensorDataset(torch.tensor(scale(raw.data), dtype=torch.float32), torch.tensor(raw.target, dtype=torch.float32))
loader = DataLoader(ds, batch_size=8, shuffle=True)

clf = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(clf.parameters(), lr=0.05, momentum=0.9)
bce = nn.BCEWithLogitsLoss()
accumulation_steps = 4

for epoch in range(3):
    seen, total = 0, 0.0
    for step, (inputs, target) in enumerate(loader):
        optimizer.zero_grad()
        loss = bce(clf(inputs).squeeze(1), target)
        total += loss.item() * len(inputs)
        seen += len(inputs)
        (loss / accumulation_steps).backward()
        if (step + 1) % accumulation_steps == 0 or step + 1 == len(loader):
            optimizer.step()
    print("epoch", epoch, "loss", round(total / seen, 4))
