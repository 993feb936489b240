import torch

torch.manual_seed(9)

D_in, H, D_out = 20, 15, 2
x = torch.randn(64, D_in)
y = torch.randn(64, D_out)

w1 = (torch.randn(D_in, H) * 0.2).requires_grad_()
w2 = (torch.randn(H, D_out) * 0.2).requires_grad_()
params = [w1, w2]
learning_rate = 0.05

for t in range(50):
    y_pred = x.mm(w1).clamp(min=0).mm(w2)
    loss = (y_pred - y).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        for p in params:
            p = p - learning_rate * p.grad
    for p in params:
        p.grad.zero_()
    if t % 10 == 9:
        print(t, round(loss.item(), 5))
