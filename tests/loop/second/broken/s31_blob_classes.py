import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

N_CLASSES = 5
torch.manual_seed(0)
centres = torch.randn(N_CLASSES, 8) * 1.2


def make_data(per_class):
    xs = [centres[c] + torch.randn(per_class, 8) for c in range(N_CLASSES)]
    ys = [torch.full((per_class,), c) for c in range(N_CLASSES)]
    return TensorDataset(torch.cat(xs), torch.cat(ys))


train_dl = DataLoader(make_data(300), batch_size=25)
test_dl = DataLoader(make_data(100), batch_size=100)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 32)
        self.b = nn.Linear(32, N_CLASSES)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))


net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
ce = nn.CrossEntropyLoss()

for epoch in range(10):
    net.train()
    running = 0.0
    for x, y in train_dl:
        opt.zero_grad()
        loss = ce(net(x), y)
        loss.backward()
        opt.step()
        running += loss.item() * len(y)

    net.eval()
    correct = 0
    with torch.no_grad():
        for x, y in test_dl:
            correct += (net(x).argmax(1) == y).sum().item()
    print(
        f"epoch {epoch}: train loss {running / len(train_dl.dataset):.3f} test acc {correct / len(test_dl.dataset):.3f}"
    )
