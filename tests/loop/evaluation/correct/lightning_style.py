import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Module(nn.Module):
    def training_step(self, batch, i):
        raise NotImplementedError

    def configure_optimizers(self):
        raise NotImplementedError


class DigitModule(Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)),
            nn.Conv2d(1, 8, 3),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(288, 10),
        )

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch, i):
        x, y = batch
        return nn.functional.cross_entropy(self(x), y)

    def validation_step(self, batch, i):
        x, y = batch
        return (self(x).argmax(1) == y).sum()

    def configure_optimizers(self):
        opt = torch.optim.NAdam(self.parameters(), lr=3e-3)
        return opt, torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=3)


class Trainer:
    def __init__(self, max_epochs):
        self.max_epochs = max_epochs

    def fit(self, module, train, val):
        opt, sched = module.configure_optimizers()
        self.validate(module, val)
        for epoch in range(self.max_epochs):
            module.train()
            for i, batch in enumerate(train):
                opt.zero_grad()
                loss = module.training_step(batch, i)
                loss.backward()
                opt.step()
            sched.step()
            print(epoch, round(loss.item(), 4), round(self.validate(module, val), 3))

    @torch.no_grad()
    def validate(self, module, loader):
        was = module.training
        module.eval()
        hits = sum(module.validation_step(b, i).item() for i, b in enumerate(loader))
        module.train(was)
        return hits / len(loader.dataset)


torch.manual_seed(44)
X, y = load_digits(return_X_y=True)
ds = TensorDataset(torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y))
tr, va = torch.utils.data.random_split(ds, [900, 897])
Trainer(3).fit(DigitModule(), DataLoader(tr, 60, shuffle=True), DataLoader(va, 200))
