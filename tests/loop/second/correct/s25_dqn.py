import random
from collections import deque, namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

for seed_fn in (random.seed, np.random.seed, torch.manual_seed):
    seed_fn(0)

Transition = namedtuple("Transition", "state action reward next_state done")


class ReachEnv:
    max_steps = 25

    def reset(self):
        self.pos, self.goal = np.random.uniform(-1, 1, 2)
        self.t = 0
        return self._obs()

    def _obs(self):
        return np.array([self.pos, self.goal], dtype=np.float32)

    def step(self, a):
        self.pos = float(np.clip(self.pos + 0.15 * (a - 1), -1, 1))
        self.t += 1
        terminated = abs(self.pos - self.goal) < 0.1
        return self._obs(), (1.0 if terminated else -0.05), terminated, self.t >= self.max_steps


def make_q():
    return nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 3))


policy_net, target_net = make_q(), make_q()
target_net.load_state_dict(policy_net.state_dict())
target_net.eval()
optimizer = torch.optim.Adam(policy_net.parameters(), lr=2e-3)
memory = deque(maxlen=3000)
GAMMA, BATCH_SIZE, TARGET_EVERY = 0.95, 64, 50


def select_action(state, eps):
    if random.random() < eps:
        return random.randrange(3)
    with torch.no_grad():
        return policy_net(torch.from_numpy(state).unsqueeze(0)).argmax(1).item()


def optimize_model():
    if len(memory) < 200:
        return
    batch = Transition(*zip(*random.sample(memory, BATCH_SIZE)))
    state = torch.from_numpy(np.stack(batch.state))
    action = torch.tensor(batch.action).unsqueeze(1)
    reward = torch.tensor(batch.reward)
    next_state = torch.from_numpy(np.stack(batch.next_state))
    not_done = 1.0 - torch.tensor(batch.done, dtype=torch.float32)
    q = policy_net(state).gather(1, action).squeeze(1)
    with torch.no_grad():
        target = reward + GAMMA * not_done * target_net(next_state).max(1).values
    loss = F.smooth_l1_loss(q, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


env, returns, steps = ReachEnv(), [], 0
for episode in range(100):
    s, total, done = env.reset(), 0.0, False
    while not done:
        a = select_action(s, eps=max(0.05, 1 - episode / 60))
        s2, r, terminated, truncated = env.step(a)
        memory.append(Transition(s, a, r, s2, terminated))
        s, total, done = s2, total + r, terminated or truncated
        optimize_model()
        steps += 1
        if steps % TARGET_EVERY == 0:
            target_net.load_state_dict(policy_net.state_dict())
    returns.append(total)
    if (episode + 1) % 20 == 0:
        print(f"episode {episode + 1} mean return (last 20) {np.mean(returns[-20:]):.3f} steps {steps}")
