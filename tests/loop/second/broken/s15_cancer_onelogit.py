import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

torch.manual_seed(0)


def get_data():
    X, y = load_breast_cancer(return_X_y=True)
    Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)
    s = StandardScaler().fit(Xtr)
    to = lambda a: torch.tensor(a, dtype=torch.float32)
    return to(s.transform(Xtr)), to(s.transform(Xte)), to(ytr).view(-1, 1), to(yte).view(-1, 1)


Xtr, Xte, ytr, yte = get_data()

model = nn.Sequential(
    nn.Linear(30, 16),
    nn.ReLU(),
    nn.Linear(16, 1),
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(20):
    model.train()
    total_loss = 0.0
    for idx in torch.randperm(len(Xtr)).split(32):
        optimizer.zero_grad()
        out = model(Xtr[idx])
        loss = criterion(out, ytr[idx])
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(idx)

    model.eval()
    with torch.no_grad():
        acc = ((model(Xte) > 0).float() == yte).float().mean().item()
    if epoch % 4 == 0:
        print(f"Epoch {epoch}, loss {total_loss / len(Xtr):.4f}, test accuracy {acc:.3f}")
