import torch
import torch.nn as nn

# damped oscillator  u'' + 2*d*u' + w0^2*u = 0,  u(0)=1, u'(0)=0
torch.manual_seed(123)
d, w0 = 1.0, 4.0
w = (w0**2 - d**2) ** 0.5
exact = lambda t: torch.exp(-d * t) * (torch.cos(w * t) + d / w * torch.sin(w * t))


def derivative(y, x):
    return torch.autograd.grad(y, x, torch.ones_like(y), create_graph=True)[0]


pinn = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
t_boundary = torch.zeros(1, 1, requires_grad=True)
t_physics = torch.linspace(0, 1, 30).view(-1, 1).requires_grad_(True)
t_test = torch.linspace(0, 1, 200).view(-1, 1)
lambda1, lambda2 = 1e-1, 1e-3
optimiser = torch.optim.Adam(pinn.parameters(), lr=1e-2)

for i in range(351):
    optimiser.zero_grad()

    u = pinn(t_boundary)
    loss1 = (torch.squeeze(u) - 1) ** 2
    loss2 = torch.squeeze(derivative(u, t_boundary)) ** 2

    u = pinn(t_physics)
    dudt = derivative(u, t_physics)
    d2udt2 = derivative(dudt, t_physics)
    loss3 = torch.mean((d2udt2 + 2 * d * dudt + w0**2 * u) ** 2)

    loss = loss1 + lambda1 * loss2 + lambda2 * loss3
    loss.backward()
    optimiser.step()

    if i % 50 == 0:
        with torch.no_grad():
            err = (pinn(t_test) - exact(t_test)).pow(2).mean().sqrt()
        print(f"{i:4d} total {loss.item():.5f} bc {loss1.item():.5f} ode {loss3.item():.4f} rmse {err.item():.4f}")
