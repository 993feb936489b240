import torch
import torch.nn as nn

torch.manual_seed(60)
x = torch.randint(0, 2, (300, 16))
y = (x.sum(1) > 8).long()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(2, 8)
        self.r = nn.RNN(8, 24, batch_first=True)
        self.o = nn.Linear(24, 2)

    def forward(self, t):
        _, h = self.r(self.e(t))
        return self.o(h[-1])


model = Model()
max_grad_norm = 0.1
opt = torch.optim.SGD(model.parameters(), lr=0.5)
for epoch in range(6):
    total = 0.0
    for i in torch.randperm(300).split(30):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(x[i]), y[i])
        loss.backward()
        opt.step()
        if max_grad_norm is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
        total += loss.item() * len(i)
    print(epoch, round(total / 300, 4))
