import torch

torch.manual_seed(10)
n_users, n_items, k = 120, 80, 4

R = 3.5 + 0.6 * torch.randn(n_users, k) @ torch.randn(k, n_items) + 0.1 * torch.randn(n_users, n_items)
seen = torch.rand(n_users, n_items) < 0.4
users, items = seen.nonzero(as_tuple=True)
held_out = torch.rand(len(users)) < 0.15
tr_u, tr_i, te_u, te_i = users[~held_out], items[~held_out], users[held_out], items[held_out]
mu = R[tr_u, tr_i].mean()

P = torch.nn.Parameter(0.1 * torch.randn(n_users, k))
Q = torch.nn.Parameter(0.1 * torch.randn(n_items, k))
bu = torch.nn.Parameter(torch.zeros(n_users))
bi = torch.nn.Parameter(torch.zeros(n_items))
opt = torch.optim.Adam([{"params": [P, Q], "weight_decay": 1e-4}, {"params": [bu, bi]}], lr=0.03)

predict = lambda u, i: mu + bu[u] + bi[i] + (P[u] * Q[i]).sum(1)

for it in range(301):
    err = predict(tr_u, tr_i) - R[tr_u, tr_i]
    loss = err.pow(2).mean()
    loss.backward()
    opt.step()
    opt.zero_grad()
    if it % 50 == 0:
        with torch.no_grad():
            test = (predict(te_u, te_i) - R[te_u, te_i]).pow(2).mean().sqrt()
        print(it, "train rmse %.4f test rmse %.4f" % (loss.item() ** 0.5, test))
