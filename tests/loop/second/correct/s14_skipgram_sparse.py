import random
import torch
import torch.nn as nn
import torch.nn.functional as F

random.seed(1)
torch.manual_seed(1)

topics = [
    ["cat", "dog", "mouse", "horse", "cow"],
    ["red", "green", "blue", "yellow", "pink"],
    ["one", "two", "three", "four", "five"],
    ["bread", "milk", "cheese", "butter", "egg"],
]
sentences = [random.choices(random.choice(topics), k=7) for _ in range(300)]
vocab = sorted({w for t in topics for w in t})
word2idx = {w: i for i, w in enumerate(vocab)}

WINDOW = 2
pairs = []
for sent in sentences:
    ids = [word2idx[w] for w in sent]
    for pos, center in enumerate(ids):
        for j in range(max(0, pos - WINDOW), min(len(ids), pos + WINDOW + 1)):
            if j != pos:
                pairs.append((center, ids[j]))
print(len(pairs), "pairs")


class SkipGram(nn.Module):
    def __init__(self, n, dim):
        super().__init__()
        self.in_emb = nn.Embedding(n, dim, sparse=True)
        self.out_emb = nn.Embedding(n, dim, sparse=True)
        nn.init.uniform_(self.in_emb.weight, -0.5 / dim, 0.5 / dim)
        nn.init.zeros_(self.out_emb.weight)

    def forward(self, center, context, negatives):
        v = self.in_emb(center)
        pos = (v * self.out_emb(context)).sum(-1)
        neg = torch.bmm(self.out_emb(negatives), v.unsqueeze(2)).squeeze(2)
        return -(F.logsigmoid(pos) + F.logsigmoid(-neg).sum(1)).mean()


model = SkipGram(len(vocab), 10)
optimizer = torch.optim.SparseAdam(list(model.parameters()), lr=0.02)

batch_size, k = 256, 4
for epoch in range(6):
    random.shuffle(pairs)
    total = 0.0
    for i in range(0, len(pairs), batch_size):
        chunk = torch.tensor(pairs[i : i + batch_size])
        negs = torch.randint(0, len(vocab), (len(chunk), k))
        optimizer.zero_grad()
        loss = model(chunk[:, 0], chunk[:, 1], negs)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(chunk)
    print(f"Epoch {epoch}: loss = {total / len(pairs):.4f}")

emb = F.normalize(model.in_emb.weight.detach(), dim=1)
for w in ("cat", "blue", "milk"):
    sims = emb @ emb[word2idx[w]]
    print(w, "->", [vocab[i] for i in sims.topk(4).indices.tolist() if vocab[i] != w])
