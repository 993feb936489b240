import torch
import torch.nn as nn

torch.manual_seed(21)
text = "she sells sea shells by the sea shore and the shells she sells are sea shells " * 8
vocab = sorted(set(text))
ids = torch.tensor([vocab.index(c) for c in text])
B, S = 4, 16
n = len(ids) // B
ids = ids[: B * n].view(B, n)


class CharModel(nn.Module):
    def __init__(self, v):
        super().__init__()
        self.emb, self.lstm, self.out = nn.Embedding(v, 16), nn.LSTM(16, 32, batch_first=True), nn.Linear(32, v)

    def forward(self, x, h):
        o, h = self.lstm(self.emb(x), h)
        return self.out(o), h


def detach(states):
    return tuple(s.detach() for s in states)


model = CharModel(len(vocab))
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(5):
    states = (torch.zeros(1, B, 32), torch.zeros(1, B, 32))
    for i in range(0, n - S - 1, S):
        states = detach(states)
        logits, states = model(ids[:, i : i + S], states)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, i + 1 : i + 1 + S].flatten())
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        opt.step()
    print(epoch, round(loss.item(), 4))
