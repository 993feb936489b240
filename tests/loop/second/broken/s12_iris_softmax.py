import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

torch.manual_seed(0)
iris = load_iris()
x_train, x_test, y_train, y_test = train_test_split(
    iris.data, iris.target, test_size=0.2, random_state=0, stratify=iris.target
)
scaler = StandardScaler()
x_train = torch.FloatTensor(scaler.fit_transform(x_train))
x_test = torch.FloatTensor(scaler.transform(x_test))
y_train = torch.LongTensor(y_train)
y_test = torch.LongTensor(y_test)


class IrisNet(nn.Module):
    def __init__(self):
        super(IrisNet, self).__init__()
        self.fc1 = nn.Linear(4, 16)
        self.fc2 = nn.Linear(16, 3)
        self.relu = nn.ReLU()
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = self.relu(self.fc1(x))
        x = self.fc2(x)
        return self.softmax(x)


model = IrisNet()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.1)

for epoch in range(1, 201):
    optimizer.zero_grad()
    out = model(x_train)
    loss = criterion(out, y_train)
    loss.backward()
    optimizer.step()
    if epoch % 40 == 0:
        with torch.no_grad():
            acc = (model(x_test).argmax(dim=1) == y_test).float().mean()
        print("Epoch: {} Loss: {:.4f} Test acc: {:.3f}".format(epoch, loss.item(), acc.item()))
