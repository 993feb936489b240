import numpy as np
import torch
import torch.nn as nn

SEED = 2020
np.random.seed(SEED)
torch.manual_seed(SEED)

X = np.random.randn(4000, 25) * np.random.uniform(0.5, 20, 25)
z = X / X.std(0)
score = 1.5 * z[:, 0] - z[:, 1] + z[:, 2] * z[:, 3] + 0.5 * np.random.randn(4000)
y = (score > np.quantile(score, 0.93)).astype(np.float32)
X_trn, X_val, y_trn, y_val = X[:3000], X[3000:], y[:3000], y[3000:]
mu, sd = X_trn.mean(0), X_trn.std(0)
X_trn = torch.FloatTensor((X_trn - mu) / sd)
X_val = torch.FloatTensor((X_val - mu) / sd)


def roc_auc_score(y_true, y_score):
    pos, neg = y_score[y_true == 1], y_score[y_true == 0]
    return (pos[:, None] > neg[None, :]).mean()


y_trn, y_val = torch.FloatTensor(y_trn), torch.FloatTensor(y_val)

model = nn.Sequential(
    nn.Linear(25, 64),
    nn.PReLU(),
    nn.Dropout(0.2),
    nn.Linear(64, 32),
    nn.PReLU(),
    nn.Dropout(0.2),
    nn.Linear(32, 1),
)

n_pos = y_trn.sum()
pos_weight = (len(y_trn) - n_pos) / n_pos
print("pos_weight =", round(pos_weight.item(), 2))
crit = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
BS = 256

best_auc = 0
for ep in range(10):
    model.train()
    idx = np.random.permutation(len(X_trn))
    tot = 0.0
    for s in range(0, len(idx), BS):
        b = torch.from_numpy(idx[s : s + BS])
        logits = model(X_trn[b]).squeeze(1)
        loss = crit(logits, y_trn[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(b)

    model.eval()
    with torch.no_grad():
        val_logits = model(X_val).squeeze(1)
        val_loss = crit(val_logits, y_val).item()
        proba = torch.sigmoid(val_logits).numpy()
    auc = roc_auc_score(y_val.numpy(), proba)
    flag = ""
    if auc > best_auc:
        best_auc = auc
        flag = "*"
    print(f"ep {ep:02d} | trn {tot / len(idx):.4f} | val {val_loss:.4f} | auc {auc:.4f} {flag}")
