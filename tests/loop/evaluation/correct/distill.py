import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(32)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
teacher = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Dropout(0.2), nn.Linear(96, 10))
t_opt = torch.optim.Adam(teacher.parameters(), lr=5e-3)
teacher.train()
for epoch in range(4):
    for b in torch.randperm(1400).split(70):
        t_opt.zero_grad()
        F.cross_entropy(teacher(X[b]), y[b]).backward()
        t_opt.step()

student = nn.Linear(64, 10)
s_opt = torch.optim.SGD(student.parameters(), lr=0.5)
T, alpha = 3.0, 0.7
teacher.eval()
for epoch in range(5):
    student.train()
    for b in torch.randperm(1400).split(70):
        with torch.no_grad():
            soft = F.softmax(teacher(X[b]) / T, dim=1)
        out = student(X[b])
        kd = F.kl_div(F.log_softmax(out / T, dim=1), soft, reduction="batchmean") * T * T
        loss = alpha * kd + (1 - alpha) * F.cross_entropy(out, y[b])
        s_opt.zero_grad()
        loss.backward()
        s_opt.step()
    student.eval()
    with torch.no_grad():
        acc = (student(X[1400:]).argmax(1) == y[1400:]).float().mean().item()
    print(epoch, round(loss.item(), 4), round(acc, 3))
