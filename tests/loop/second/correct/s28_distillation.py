import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(28)

g = torch.Generator().manual_seed(3)
centers = torch.randn(20, 16, generator=g) * 1.1


def get_split(n):
    c = torch.randint(0, 20, (n,), generator=g)
    return TensorDataset(centers[c] + 0.8 * torch.randn(n, 16, generator=g), c % 5)


train_loader = DataLoader(get_split(1500), batch_size=100, shuffle=True)
test_loader = DataLoader(get_split(600), batch_size=200)

teacher = nn.Sequential(
    nn.Linear(16, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 5)
)
student = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 5))


@torch.no_grad()
def test(model):
    model.eval()
    correct = sum((model(x).argmax(1) == y).sum().item() for x, y in test_loader)
    return 100.0 * correct / len(test_loader.dataset)


def train_teacher(model, epochs):
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(epochs):
        model.train()
        tot = 0.0
        for x, y in train_loader:
            opt.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            opt.step()
            tot += loss.item() * len(y)
        print(f"[teacher] epoch {epoch} loss {tot / len(train_loader.dataset):.4f} test {test(model):.2f}%")


def train_kd(student, teacher, epochs, T=3.0, alpha=0.7):
    opt = torch.optim.Adam(student.parameters(), lr=1e-2)
    teacher.eval()
    for epoch in range(epochs):
        student.train()
        soft_sum, hard_sum = 0.0, 0.0
        for x, y in train_loader:
            with torch.no_grad():
                t_logits = teacher(x)
            s_logits = student(x)
            soft = (
                F.kl_div(F.log_softmax(s_logits / T, dim=1), F.softmax(t_logits / T, dim=1), reduction="batchmean")
                * T
                * T
            )
            hard = F.cross_entropy(s_logits, y)
            loss = alpha * soft + (1 - alpha) * hard
            opt.zero_grad()
            loss.backward()
            opt.step()
            soft_sum += soft.item() * len(y)
            hard_sum += hard.item() * len(y)
        n = len(train_loader.dataset)
        print(f"[student] epoch {epoch} kd {soft_sum / n:.4f} ce {hard_sum / n:.4f} test {test(student):.2f}%")


train_teacher(teacher, 6)
train_kd(student, teacher, 8)
