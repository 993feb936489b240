import torch
import torch.nn as nn

torch.manual_seed(2)

VOCAB, LEN = 8, 5
src = torch.randint(0, VOCAB, (256, LEN))
tgt = src.flip(1)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 16)
        self.gru = nn.GRU(16, 32, batch_first=True)

    def forward(self, s):
        _, h = self.gru(self.embedding(s))
        return h


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB + 1, 16)
        self.gru = nn.GRU(16, 32, batch_first=True)
        self.out = nn.Linear(32, VOCAB)

    def forward(self, t, h):
        o, _ = self.gru(self.embedding(t), h)
        return self.out(o)


enc, dec = Encoder(), Decoder()
optimizer = torch.optim.Adam(dec.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
start = torch.full((256, 1), VOCAB)
dec_in = torch.cat([start, tgt[:, :-1]], 1)

for epoch in range(8):
    total = 0
    for rows in torch.randperm(256).split(64):
        optimizer.zero_grad()
        logits = dec(dec_in[rows], enc(src[rows]))
        loss = criterion(logits.reshape(-1, VOCAB), tgt[rows].reshape(-1))
        loss.backward()
        optimizer.step()
        total += loss.item()
    print("epoch %d loss %.4f" % (epoch, total / 4))
