import torch
import torch.nn as nn
import numpy as np
from torch.utils.data import Dataset, DataLoader

rng = np.random.default_rng(12)
torch.manual_seed(12)

n_ids, dim = 12, 40
prototypes = rng.normal(size=(n_ids, 5))
lift = rng.normal(size=(5, dim))


def sample_identity(k):
    nuisance = rng.normal(size=dim) * 2.5
    return (prototypes[k] @ lift + nuisance).astype(np.float32)


class TripletData(Dataset):
    def __init__(self, per_id):
        self.x = np.stack([sample_identity(k) for k in range(n_ids) for _ in range(per_id)])
        self.y = np.repeat(np.arange(n_ids), per_id)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        same = np.flatnonzero(self.y == self.y[i])
        pos = rng.choice(same[same != i])
        neg = rng.choice(np.flatnonzero(self.y != self.y[i]))
        return self.x[i], self.x[pos], self.x[neg]


class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(dim, 64), nn.PReLU(), nn.Linear(64, 8))

    def forward(self, x):
        return nn.functional.normalize(self.fc(x), dim=-1)


def nn_accuracy(net, gallery, probe):
    net.eval()
    with torch.no_grad():
        g = net(torch.from_numpy(gallery.x))
        p = net(torch.from_numpy(probe.x))
        nearest = torch.cdist(p, g).argmin(1).numpy()
    return (gallery.y[nearest] == probe.y).mean()


train_set, test_set = TripletData(25), TripletData(10)
loader = DataLoader(train_set, batch_size=50, shuffle=True)
net = EmbeddingNet()
triplet_loss = nn.TripletMarginLoss(margin=0.4)
opt = torch.optim.Adam(net.parameters(), lr=2e-3)

print("before training:", nn_accuracy(net, train_set, test_set))
for epoch in range(10):
    net.train()
    losses = []
    for anchor, positive, negative in loader:
        opt.zero_grad()
        loss = triplet_loss(net(anchor), net(positive), net(negative))
        loss.backward()
        opt.step()
        losses.append((loss.item(), len(anchor)))
    avg = sum(l * n for l, n in losses) / sum(n for _, n in losses)
    print(f"Epoch: {epoch + 1}/10  triplet loss: {avg:.4f}  1-NN acc: {nn_accuracy(net, train_set, test_set):.3f}")
