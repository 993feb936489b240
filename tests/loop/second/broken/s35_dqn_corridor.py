import copy
import random
from collections import deque
import torch
import torch.nn as nn
import torch.nn.functional as F

random.seed(0)
torch.manual_seed(0)
N, GAMMA, SYNC_EVERY = 8, 0.9, 50


class Corridor:
    """start anywhere, reward 1 at the right end; action 0 = left, 1 = right"""

    def reset(self):
        self.pos, self.t = random.randrange(N - 1), 0
        return self.pos

    def step(self, action):
        self.pos = max(0, self.pos + (1 if action == 1 else -1))
        self.t += 1
        done = self.pos == N - 1
        return self.pos, float(done), done, self.t >= 30


def onehot(states):
    return F.one_hot(torch.tensor(states), N).float()


q_net = nn.Sequential(nn.Linear(N, 32), nn.ReLU(), nn.Linear(32, 2))
target_net = copy.deepcopy(q_net)
optimizer = torch.optim.Adam(q_net.parameters(), lr=5e-3)
memory = deque(maxlen=5000)
env = Corridor()
step_count = 0

for episode in range(120):
    s, done, timeout = env.reset(), False, False
    eps = max(0.1, 1 - episode / 60)
    while not (done or timeout):
        with torch.no_grad():
            a = random.randrange(2) if random.random() < eps else q_net(onehot([s])).argmax(1).item()
        s2, r, done, timeout = env.step(a)
        memory.append((s, a, r, s2, float(done)))
        s = s2
        step_count += 1
        if len(memory) < 64:
            continue
        bs, ba, br, bs2, bd = zip(*random.sample(memory, 32))
        with torch.no_grad():
            best_next = target_net(onehot(bs2)).max(1).values
            target = torch.tensor(br) + GAMMA * best_next * (1 - torch.tensor(bd))
        q = q_net(onehot(bs)).gather(1, torch.tensor(ba).unsqueeze(1)).squeeze(1)
        loss = F.mse_loss(q, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

with torch.no_grad():
    for p, row in enumerate(q_net(onehot(list(range(N - 1))))):
        print(f"cell {p}: left {row[0]:.3f} right {row[1]:.3f} (right should be {GAMMA ** (N - 2 - p):.3f})")
