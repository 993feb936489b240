import os
import tempfile

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset


class ParensDataset(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.items = []
        for _ in range(n):
            L = int(torch.randint(5, 16, (1,), generator=g))
            seq = torch.randint(0, 2, (L,), generator=g)
            depth = int((1 - 2 * seq).sum())
            self.items.append((seq, int(depth > 0)))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(batch):
    seqs, labels = zip(*batch)
    lengths = torch.tensor([len(s) for s in seqs])
    return pad_sequence(seqs, batch_first=True, padding_value=2), lengths, torch.tensor(labels)


class GRUClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(3, 8, padding_idx=2)
        self.gru = nn.GRU(8, 24, batch_first=True)
        self.out = nn.Linear(24, 2)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.emb(x), lengths, batch_first=True, enforce_sorted=False)
        _, h = self.gru(packed)
        return self.out(h[-1])


def build():
    model = GRUClassifier()
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    sched = torch.optim.lr_scheduler.StepLR(opt, step_size=3, gamma=0.5)
    return model, opt, sched


def run(model, opt, sched, loader, start, stop, ckpt):
    crit = nn.CrossEntropyLoss()
    for epoch in range(start, stop):
        model.train()
        loss_sum, hit, n = 0.0, 0, 0
        for x, lengths, y in loader:
            opt.zero_grad()
            out = model(x, lengths)
            loss = crit(out, y)
            loss.backward()
            opt.step()
            loss_sum, hit, n = loss_sum + loss.item() * len(y), hit + (out.argmax(1) == y).sum().item(), n + len(y)
        sched.step()
        print(f"epoch {epoch}: loss {loss_sum / n:.4f} acc {hit / n:.3f}")
        torch.save(
            {"epoch": epoch + 1, "model": model.state_dict(), "opt": opt.state_dict(), "sched": sched.state_dict()},
            ckpt,
        )


torch.manual_seed(0)
loader = DataLoader(ParensDataset(600, seed=0), batch_size=40, shuffle=True, collate_fn=collate)
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "last.pt")
    run(*build(), loader, 0, 3, path)
    model, opt, sched = build()
    state = torch.load(path)
    model.load_state_dict(state["model"])
    opt.load_state_dict(state["opt"])
    sched.load_state_dict(state["sched"])
    print("resuming from epoch", state["epoch"])
    run(model, opt, sched, loader, state["epoch"], 6, path)
