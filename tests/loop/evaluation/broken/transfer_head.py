import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(13)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
old, new = y < 7, y >= 7


class Backbone(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(64, 40), nn.ReLU(), nn.Linear(40, 24), nn.ReLU())
        self.classifier = nn.Linear(24, n_classes)

    def forward(self, x):
        return self.classifier(self.features(x))


def run_epochs(model, optimizer, X, y, epochs):
    for epoch in range(epochs):
        total = 0.0
        for idx in torch.randperm(len(X)).split(64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(X[idx]), y[idx])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(idx)
        print(f"   epoch {epoch}: {total / len(X):.4f}")


model = Backbone(7)
print("pretraining")
run_epochs(model, torch.optim.Adam(model.parameters(), lr=5e-3), X[old], y[old], 3)

print("fine-tuning")
for p in model.features.parameters():
    p.requires_grad = False
optimizer = torch.optim.SGD(model.classifier.parameters(), lr=0.1)
model.classifier = nn.Linear(24, 3)
run_epochs(model, optimizer, X[new], y[new] - 7, 5)
