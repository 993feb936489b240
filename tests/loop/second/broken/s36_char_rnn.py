import torch
import torch.nn as nn

torch.manual_seed(0)
text = "the quick brown fox jumps over the lazy dog and runs away from the old bear. " * 40
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])

BATCH, SEQ = 8, 24
n_cols = len(data) // BATCH
streams = data[: n_cols * BATCH].view(BATCH, n_cols)


class CharRNN(nn.Module):
    def __init__(self, vocab, dim=24, hidden=48):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, vocab)

    def forward(self, x, h):
        out, h = self.rnn(self.embed(x), h)
        return self.fc(out), h


model = CharRNN(len(chars))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(6):
    hidden = torch.zeros(1, BATCH, 48)
    total, count = 0.0, 0
    for i in range(0, n_cols - SEQ, SEQ):
        x = streams[:, i : i + SEQ]
        y = streams[:, i + 1 : i + SEQ + 1]
        optimizer.zero_grad()
        logits, hidden = model(x, hidden)
        loss = criterion(logits.reshape(-1, len(chars)), y.reshape(-1))
        loss.backward()
        optimizer.step()
        total += loss.item() * y.numel()
        count += y.numel()
    print(f"epoch {epoch + 1}: loss {total / count:.4f}")
