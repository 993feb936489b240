import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler


def main(lr=1.0, epochs=12, seed=100):
    torch.manual_seed(seed)
    X, y = load_breast_cancer(return_X_y=True)
    X = torch.as_tensor(StandardScaler().fit_transform(X)).float()
    y = torch.as_tensor(y).float()
    net = nn.Sequential(nn.Linear(30, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1), nn.Flatten(0))
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for ep in range(epochs):
        running = 0.0
        for idx in torch.randperm(len(X)).split(57):
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(net(X[idx]), y[idx])
            loss.backward()
            optimizer.step()
            running += loss.item() * len(idx)
        print("ep %2d  loss %.3f" % (ep, running / len(X)))


if __name__ == "__main__":
    main()
