from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.distributions import Normal


@dataclass
class Args:
    num_envs: int = 32
    num_steps: int = 24
    iterations: int = 12
    update_epochs: int = 4
    minibatch_size: int = 192
    lr: float = 5e-3
    gamma: float = 0.95
    lam: float = 0.9
    clip_coef: float = 0.2


class Mass:  # point mass pushed by a force, to be kept at the origin
    def reset(self, n):
        self.s = torch.rand(n, 2) * 2 - 1
        return self.s.clone()

    def step(self, a):
        x, v = self.s.unbind(1)
        v = 0.9 * v + 0.3 * a.clamp(-1, 1)
        x = x + 0.3 * v
        self.s = torch.stack([x, v], 1)
        return self.s.clone(), -(x.abs() + 0.05 * a.abs())


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.critic = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.actor = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.logstd = nn.Parameter(torch.zeros(1))

    def value(self, s):
        return self.critic(s).squeeze(-1)

    def dist(self, s):
        return Normal(self.actor(s).squeeze(-1), self.logstd.exp())


args = Args()
torch.manual_seed(1)
env, agent = Mass(), Agent()
optimizer = torch.optim.Adam(agent.parameters(), lr=args.lr, eps=1e-5)

for it in range(args.iterations):
    optimizer.param_groups[0]["lr"] = (1.0 - it / args.iterations) * args.lr
    obs, acts, logps, rews, vals = [], [], [], [], []
    s = env.reset(args.num_envs)
    with torch.no_grad():
        for _ in range(args.num_steps):
            d = agent.dist(s)
            a = d.sample()
            obs.append(s), acts.append(a), logps.append(d.log_prob(a)), vals.append(agent.value(s))
            s, r = env.step(a)
            rews.append(r)
        adv, last, next_v = [None] * args.num_steps, 0.0, agent.value(s)
        for t in reversed(range(args.num_steps)):
            delta = rews[t] + args.gamma * next_v - vals[t]
            adv[t] = last = delta + args.gamma * args.lam * last
            next_v = vals[t]
    b_obs, b_act, b_logp, b_adv = torch.cat(obs), torch.cat(acts), torch.cat(logps), torch.cat(adv)
    b_ret = b_adv + torch.cat(vals)

    for _ in range(args.update_epochs):
        for mb in torch.randperm(len(b_obs)).split(args.minibatch_size):
            d = agent.dist(b_obs[mb])
            ratio = (d.log_prob(b_act[mb]) - b_logp[mb]).exp()
            a_mb = (b_adv[mb] - b_adv[mb].mean()) / (b_adv[mb].std() + 1e-8)
            pg = -torch.min(a_mb * ratio, a_mb * ratio.clamp(1 - args.clip_coef, 1 + args.clip_coef)).mean()
            v_loss = 0.5 * (agent.value(b_obs[mb]) - b_ret[mb]).pow(2).mean()
            loss = pg + 0.5 * v_loss - 0.001 * d.entropy().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimizer.step()
    print(f"iter {it:2d} mean reward {torch.stack(rews).mean():.3f} pg {pg.item():+.4f} vloss {v_loss.item():.4f}")
