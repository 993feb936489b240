import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset


def build_mlp(sizes, act):
    layers = []
    for a, b in zip(sizes[:-2], sizes[1:-1]):
        layers += [nn.Linear(a, b), act()]
    layers.append(nn.Linear(sizes[-2], sizes[-1]))
    return nn.Sequential(*layers)


def get_loaders(batch_size=64):
    d = load_digits()
    X = torch.tensor(d.data, dtype=torch.float32) / 8.0 - 1.0
    y = torch.tensor(d.target)
    perm = torch.randperm(len(X))
    X, y = X[perm], y[perm]
    train = DataLoader(TensorDataset(X[:1400], y[:1400]), batch_size=batch_size, shuffle=True)
    test = DataLoader(TensorDataset(X[1400:], y[1400:]), batch_size=batch_size)
    return train, test


def main():
    torch.manual_seed(0)
    train_loader, test_loader = get_loaders()
    model = build_mlp([64, 50, 50, 50, 50, 50, 50, 10], nn.Sigmoid)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

    for epoch in range(20):
        model.train()
        total = 0.0
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        if epoch % 4 == 3:
            model.eval()
            correct = 0
            with torch.no_grad():
                for x, y in test_loader:
                    correct += (model(x).argmax(1) == y).sum().item()
            print(
                f"epoch {epoch + 1}: loss {total / len(train_loader.dataset):.4f}, "
                f"test acc {correct / len(test_loader.dataset):.3f}"
            )


main()
