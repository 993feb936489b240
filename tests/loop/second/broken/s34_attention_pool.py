import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
VOCAB, LENGTH = 30, 12


def make_data(n):
    """one token of 0..4 hidden among fillers 5..29; the label is that token"""
    tokens = torch.randint(5, VOCAB, (n, LENGTH))
    labels = torch.randint(0, 5, (n,))
    tokens[torch.arange(n), torch.randint(0, LENGTH, (n,))] = labels
    return tokens, labels


class AttentionPool(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.score = nn.Linear(dim, 1)

    def forward(self, h):
        scores = self.score(h).squeeze(-1)  # (batch, length)
        weights = F.softmax(scores, dim=0)
        return (weights.unsqueeze(-1) * h).sum(dim=1)


class Classifier(nn.Module):
    def __init__(self, dim=4):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, dim)
        self.pool = AttentionPool(dim)
        self.out = nn.Linear(dim, 5)

    def forward(self, tokens):
        return self.out(self.pool(self.emb(tokens)))


X_train, y_train = make_data(2000)
X_test, y_test = make_data(500)
model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

for epoch in range(15):
    model.train()
    total = 0.0
    for idx in torch.randperm(len(X_train)).split(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    model.eval()
    with torch.no_grad():
        acc = (model(X_test).argmax(1) == y_test).float().mean().item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1}: loss {total / len(X_train):.4f}, test acc {acc:.3f}")
