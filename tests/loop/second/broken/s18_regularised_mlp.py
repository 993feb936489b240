import torch
from torch import nn
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

torch.manual_seed(0)
X, y = make_classification(
    n_samples=700, n_features=40, n_informative=8, n_redundant=4, flip_y=0.1, class_sep=0.9, random_state=5
)
X_train, X_val, y_train, y_val = train_test_split(X, y, train_size=300, random_state=0)
scaler = StandardScaler().fit(X_train)
X_train = torch.tensor(scaler.transform(X_train), dtype=torch.float32)
X_val = torch.tensor(scaler.transform(X_val), dtype=torch.float32)
y_train, y_val = torch.tensor(y_train), torch.tensor(y_val)

model = nn.Sequential(
    nn.Linear(40, 128),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(128, 128),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(128, 2),
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)


def evaluate(x, t):
    model.eval()
    with torch.no_grad():
        out = model(x)
        return criterion(out, t).item(), (out.argmax(1) == t).float().mean().item()


model.train()
for epoch in range(40):
    for idx in torch.randperm(len(X_train)).split(30):
        optimizer.zero_grad()
        loss = criterion(model(X_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()

    train_loss, train_acc = evaluate(X_train, y_train)
    val_loss, val_acc = evaluate(X_val, y_val)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1}: train {train_loss:.3f} ({train_acc:.2f})  val {val_loss:.3f} ({val_acc:.2f})")
