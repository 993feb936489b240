import torch
import torch.nn as nn

torch.manual_seed(22)
T, B = 12, 32


class OldRNN(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.wx = nn.Parameter(torch.randn(2, hidden) * 0.5)
        self.wh = nn.Parameter(torch.randn(hidden, hidden) * 0.33)
        self.out = nn.Linear(hidden, 1)
        self.hidden = hidden

    def forward(self, x):
        h = torch.zeros(x.size(0), self.hidden)
        for t in range(x.size(1)):
            h = torch.relu(x[:, t] @ self.wx + h @ self.wh)
        return self.out(h)


def batch():
    v = torch.rand(B, T)
    m = torch.zeros(B, T)
    m[:, :2] = 1
    return torch.stack([v, m], 2), (v * m).sum(1, keepdim=True)


net = OldRNN()
optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
for it in range(12):
    x, target = batch()
    loss = ((net(x) - target) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(it, f"{loss.item():.4g}")
