import torch
import torch.nn as nn

torch.manual_seed(48)


class Agent:
    def __init__(self):
        self.actor = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1), nn.Tanh())
        self.critic = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1))
        self.actor_opt = torch.optim.Adam(self.actor.parameters(), lr=1e-3)
        self.critic_opt = torch.optim.Adam(self.critic.parameters(), lr=1e-3)

    def q(self, s, a):
        return self.critic(torch.cat([s, a], 1))

    def update(self, s, a, r):
        actor_loss = -self.q(s, self.actor(s)).mean()
        critic_loss = (self.q(s, a) - r).pow(2).mean()

        self.critic_opt.zero_grad()
        critic_loss.backward()
        self.critic_opt.step()

        self.actor_opt.zero_grad()
        actor_loss.backward()
        self.actor_opt.step()
        return actor_loss.item(), critic_loss.item()


agent = Agent()
for it in range(50):
    s = torch.randn(64, 4)
    a = torch.rand(64, 1) * 2 - 1
    r = -((a - s[:, :1].tanh()) ** 2)
    print(it, agent.update(s, a, r))
