import random
import torch
import torch.nn as nn

random.seed(0)
torch.manual_seed(0)

TOPICS = {
    "sport": "ball goal team match run score coach win".split(),
    "food": "soup bread salt oven taste sugar cook plate".split(),
    "money": "bank price stock trade cash loan rate tax".split(),
}
FILLER = "the a of and to in is it that for with on".split()
vocab = {w: i for i, w in enumerate(sorted(set(sum(TOPICS.values(), FILLER))))}
names = list(TOPICS)


def sentence(topic):
    words = random.choices(TOPICS[names[topic]], k=2) + random.choices(FILLER, k=6)
    other = random.choice(names)
    return words + random.choices(TOPICS[other], k=1)


def vectorise(words):
    v = torch.zeros(len(vocab))
    for w in words:
        v[vocab[w]] += 1
    return v


def build(n):
    labels = [random.randrange(3) for _ in range(n)]
    return torch.stack([vectorise(sentence(t)) for t in labels]), torch.tensor(labels)


class BoWClassifier(nn.Module):
    def __init__(self, vocab_size, n_labels):
        super().__init__()
        self.linear = nn.Linear(vocab_size, n_labels)

    def forward(self, bow):
        return self.linear(bow)


X_train, y_train = build(600)
X_test, y_test = build(200)
model = BoWClassifier(len(vocab), 3)
loss_function = nn.NLLLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(20):
    total = 0.0
    for idx in torch.randperm(len(X_train)).split(20):
        model.zero_grad()
        scores = model(X_train[idx])
        loss = loss_function(scores, y_train[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1}: loss {total / len(X_train):.3f}")

with torch.no_grad():
    print("test accuracy", (model(X_test).argmax(1) == y_test).float().mean().item())
