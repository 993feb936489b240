import torch
import torch.nn as nn

torch.manual_seed(0)

model = nn.Linear(10, 1)
for param in model.parameters():
    param.requires_grad = False

x = torch.randn(32, 10)
y = x.sum(dim=1, keepdim=True)

criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(20):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    print(epoch, loss.item())
    loss.backward()
    optimizer.step()
