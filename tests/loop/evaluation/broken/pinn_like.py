import torch
import torch.nn as nn

torch.manual_seed(16)

x = torch.linspace(-2, 2, 120)
u = torch.sin(3 * x) + 0.3 * x


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2, self.l3 = nn.Linear(1, 24), nn.Linear(24, 24), nn.Linear(24, 1)

    def forward(self, t):
        return self.l3(torch.tanh(self.l2(torch.tanh(self.l1(t)))))


field = Field()
adam = torch.optim.Adam(field.parameters(), lr=5e-3)
for it in range(200):
    u_hat = field(x[:, None])
    data_loss = torch.mean((u_hat - u) ** 2)
    adam.zero_grad()
    data_loss.backward()
    adam.step()
    if it % 40 == 0:
        print(it, round(data_loss.item(), 4))
