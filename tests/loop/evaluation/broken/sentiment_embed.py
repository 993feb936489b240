import random

import torch
import torch.nn as nn

random.seed(4)
torch.manual_seed(4)

good = "great lovely superb nice happy".split()
bad = "awful boring sad poor broken".split()
filler = "the movie was a bit and plot film actor scene".split()
vocab = {w: i + 1 for i, w in enumerate(good + bad + filler)}


def sentence(label):
    words = random.choices(filler, k=6) + random.choices(good if label else bad, k=2)
    random.shuffle(words)
    return [vocab[w] for w in words]


labels = [i % 2 for i in range(240)]
docs = torch.tensor([sentence(l) for l in labels])
labels = torch.tensor(labels)


class BagModel(nn.Module):
    def __init__(self, n_words):
        super().__init__()
        self.emb = nn.Embedding(n_words, 12, padding_idx=0)
        self.out = nn.Linear(12, 2)

    def forward(self, ids):
        return self.out(self.emb(ids).mean(1))


model = BagModel(len(vocab) + 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
criterion = nn.CrossEntropyLoss()


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)


model = BagModel(len(vocab) + 1)
model.apply(init_weights)

for epoch in range(10):
    for ix in torch.randperm(240).split(32):
        model.zero_grad()
        loss = criterion(model(docs[ix]), labels[ix])
        loss.backward()
        optimizer.step()
    acc = (model(docs).argmax(1) == labels).float().mean().item()
    print(epoch, round(loss.item(), 4), round(acc, 3))
