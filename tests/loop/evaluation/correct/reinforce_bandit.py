import torch
import torch.nn as nn
from torch.distributions import Categorical

torch.manual_seed(16)
policy = nn.Sequential(nn.Linear(3, 24), nn.Tanh(), nn.Linear(24, 4))
optimizer = torch.optim.Adam(policy.parameters(), lr=0.02)
payoff = torch.randn(3, 4)
baseline = 0.0

for episode in range(120):
    context = torch.randint(0, 3, (32,))
    state = nn.functional.one_hot(context, 3).float()
    dist = Categorical(logits=policy(state))
    action = dist.sample()
    reward = payoff[context, action] + 0.3 * torch.randn(32)
    loss = -(dist.log_prob(action) * (reward - baseline)).mean() - 0.01 * dist.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    baseline = 0.9 * baseline + 0.1 * reward.mean().item()
    if episode % 24 == 0:
        print(f"episode {episode} loss {loss.item():+.3f} reward {reward.mean():.3f}")
print("best possible", round(payoff.max(1).values.mean().item(), 3), "baseline", round(baseline, 3))
