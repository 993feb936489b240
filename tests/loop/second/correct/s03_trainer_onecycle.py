"""Small Trainer with a dataclass config, OneCycleLR stepped per batch."""

from dataclasses import dataclass, field

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset, random_split


@dataclass
class Config:
    n_samples: int = 3000
    n_features: int = 20
    n_classes: int = 4
    hidden: list = field(default_factory=lambda: [64, 64])
    batch_size: int = 128
    epochs: int = 6
    max_lr: float = 1e-2
    clip: float = 1.0
    seed: int = 7


def make_data(cfg):
    g = torch.Generator().manual_seed(cfg.seed)
    centers = torch.randn(cfg.n_classes, cfg.n_features, generator=g) * 0.9
    y = torch.randint(0, cfg.n_classes, (cfg.n_samples,), generator=g)
    x = centers[y] + torch.randn(cfg.n_samples, cfg.n_features, generator=g)
    return random_split(TensorDataset(x, y), [0.8, 0.2], generator=g)


def build_model(cfg):
    dims = [cfg.n_features, *cfg.hidden]
    layers = []
    for a, b in zip(dims[:-1], dims[1:]):
        layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.GELU()]
    return nn.Sequential(*layers, nn.Linear(dims[-1], cfg.n_classes))


class Trainer:
    def __init__(self, cfg):
        self.cfg = cfg
        train_set, val_set = make_data(cfg)
        self.train_loader = DataLoader(train_set, cfg.batch_size, shuffle=True, drop_last=True)
        self.val_loader = DataLoader(val_set, 256)
        self.model = build_model(cfg)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=cfg.max_lr, weight_decay=1e-3)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=cfg.max_lr, epochs=cfg.epochs, steps_per_epoch=len(self.train_loader)
        )

    def training_step(self, batch):
        x, y = batch
        loss = F.cross_entropy(self.model(x), y)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.cfg.clip)
        self.optimizer.step()
        self.scheduler.step()
        return loss.detach()

    @torch.inference_mode()
    def validate(self):
        self.model.eval()
        loss = hits = n = 0
        for x, y in self.val_loader:
            out = self.model(x)
            loss += F.cross_entropy(out, y, reduction="sum").item()
            hits += (out.argmax(-1) == y).sum().item()
            n += len(y)
        return loss / n, hits / n

    def fit(self):
        for epoch in range(self.cfg.epochs):
            self.model.train()
            losses = [self.training_step(b) for b in self.train_loader]
            train_loss = torch.stack(losses).mean().item()
            val_loss, val_acc = self.validate()
            print(
                f"[{epoch}] train {train_loss:.4f} val {val_loss:.4f} acc {val_acc:.3f} "
                f"lr {self.scheduler.get_last_lr()[0]:.2e}"
            )


if __name__ == "__main__":
    cfg = Config()
    torch.manual_seed(cfg.seed)
    Trainer(cfg).fit()
