import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import Dataset, DataLoader

torch.manual_seed(0)


class DiabetesDataset(Dataset):
    def __init__(self, features, target):
        self.features = torch.tensor(features, dtype=torch.float32)
        self.target = torch.tensor(target, dtype=torch.float32)

    def __len__(self):
        return len(self.target)

    def __getitem__(self, idx):
        return self.features[idx], self.target[idx]


X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
xs = StandardScaler().fit(X_train)
mu, sd = y_train.mean(), y_train.std()
train_loader = DataLoader(DiabetesDataset(xs.transform(X_train), (y_train - mu) / sd), batch_size=32, shuffle=True)
test_set = DiabetesDataset(xs.transform(X_test), (y_test - mu) / sd)

model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(40):
    model.train()
    epoch_loss = 0.0
    for features, target in train_loader:
        prediction = model(features)
        loss = loss_fn(prediction, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item() * len(target)
    if (epoch + 1) % 10 == 0:
        print(f"Epoch {epoch + 1}: train loss {epoch_loss / len(X_train):.3f}")

model.eval()
with torch.no_grad():
    pred = model(test_set.features)[:, 0]
ss_res = ((test_set.target - pred) ** 2).sum()
ss_tot = ((test_set.target - test_set.target.mean()) ** 2).sum()
print(f"test R2 {1 - ss_res / ss_tot:.3f}")
