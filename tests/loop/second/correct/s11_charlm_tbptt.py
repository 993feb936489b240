import math
import torch
import torch.nn as nn

torch.manual_seed(1111)

text = (
    "the quick brown fox jumps over the lazy dog . "
    "she sells sea shells by the sea shore . "
    "peter piper picked a peck of pickled peppers . "
) * 30
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
ids = torch.tensor([stoi[c] for c in text])
ntokens = len(chars)


def batchify(data, bsz):
    nbatch = data.size(0) // bsz
    return data[: nbatch * bsz].view(bsz, -1).t().contiguous()


def get_batch(source, i, bptt):
    seq_len = min(bptt, len(source) - 1 - i)
    return source[i : i + seq_len], source[i + 1 : i + 1 + seq_len].reshape(-1)


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp=16, nhid=64):
        super().__init__()
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.LSTM(ninp, nhid)
        self.decoder = nn.Linear(nhid, ntoken)
        self.nhid = nhid

    def forward(self, x, hidden):
        out, hidden = self.rnn(self.encoder(x), hidden)
        return self.decoder(out).view(-1, self.decoder.out_features), hidden

    def init_hidden(self, bsz):
        weight = next(self.parameters())
        return weight.new_zeros(1, bsz, self.nhid), weight.new_zeros(1, bsz, self.nhid)


def repackage_hidden(h):
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage_hidden(v) for v in h)


bsz, bptt = 10, 25
train_data = batchify(ids, bsz)
model = RNNModel(ntokens)
criterion = nn.CrossEntropyLoss()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(1, 7):
    model.train()
    hidden = model.init_hidden(bsz)
    total_loss, total_tok = 0.0, 0
    for i in range(0, train_data.size(0) - 1, bptt):
        data, targets = get_batch(train_data, i, bptt)
        model.zero_grad()
        hidden = repackage_hidden(hidden)
        output, hidden = model(data, hidden)
        loss = criterion(output, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        opt.step()
        total_loss += loss.item() * targets.numel()
        total_tok += targets.numel()
    cur = total_loss / total_tok
    print("| epoch {:3d} | loss {:5.2f} | ppl {:8.2f}".format(epoch, cur, math.exp(cur)))

model.eval()
with torch.no_grad():
    h = model.init_hidden(1)
    inp = torch.tensor([[stoi["t"]]])
    out_chars = ["t"]
    for _ in range(60):
        logits, h = model(inp, h)
        inp = torch.multinomial(logits.softmax(-1), 1)
        out_chars.append(chars[inp.item()])
print("".join(out_chars))
