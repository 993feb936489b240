import torch
from torch import nn

torch.manual_seed(18)
steps = torch.cumsum(torch.randn(400) * 0.1, 0)
series = torch.sin(torch.arange(400) / 9.0) + 0.05 * steps
window = 15
X = series.unfold(0, window, 1)[:-1].unsqueeze(2)
Y = series[window:].unsqueeze(1)


class PriceModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 12, batch_first=True)
        self.fc = nn.Linear(12, 1)

    def forward(self, x):
        h, _ = self.rnn(x)
        return self.fc(h[:, -1, :]).squeeze()


net = PriceModel()
criterion = nn.HuberLoss()
optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(6):
    epoch_loss = []
    for b in torch.randperm(len(X)).split(64):
        optimiser.zero_grad()
        loss = criterion(net(X[b]), Y[b])
        loss.backward()
        optimiser.step()
        epoch_loss.append(loss.item())
    print(epoch, f"{sum(epoch_loss) / len(epoch_loss):.4f}")
