import torch
import torch.nn as nn

torch.manual_seed(42)
corpus = "to be or not to be that is the question whether tis nobler in the mind to suffer " * 8
vocab = sorted(set(corpus))
ids = torch.tensor([vocab.index(c) for c in corpus])
B, S = 4, 20
n = len(ids) // B
ids = ids[: n * B].view(B, n)


class CharLSTM(nn.Module):
    def __init__(self, v):
        super().__init__()
        self.embed = nn.Embedding(v, 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True)
        self.linear = nn.Linear(32, v)

    def forward(self, x, states):
        out, states = self.lstm(self.embed(x), states)
        return self.linear(out), states


model = CharLSTM(len(vocab))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
states = (torch.zeros(1, B, 32), torch.zeros(1, B, 32))
for i in range(0, n - S - 1, S):
    inputs, targets = ids[:, i : i + S], ids[:, i + 1 : i + 1 + S]
    outputs, states = model(inputs, states)
    loss = criterion(outputs.reshape(-1, len(vocab)), targets.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(i // S, round(loss.item(), 4))
