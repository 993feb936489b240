import torch
import torch.nn as nn
import torch.optim as optim
from torch.distributions import Categorical

torch.manual_seed(543)
gamma = 0.97
SIZE, GOAL = 4, (3, 3)


def encode(pos):
    v = torch.zeros(SIZE * SIZE)
    v[pos[0] * SIZE + pos[1]] = 1
    return v


def env_step(pos, action):
    dr, dc = [(-1, 0), (1, 0), (0, -1), (0, 1)][action]
    pos = (min(max(pos[0] + dr, 0), SIZE - 1), min(max(pos[1] + dc, 0), SIZE - 1))
    return pos, (1.0 if pos == GOAL else -0.02), pos == GOAL


class Policy(nn.Module):
    def __init__(self):
        super(Policy, self).__init__()
        self.affine1 = nn.Linear(SIZE * SIZE, 32)
        self.affine2 = nn.Linear(32, 4)
        self.saved_log_probs = []
        self.rewards = []

    def forward(self, x):
        return self.affine2(torch.relu(self.affine1(x)))


policy = Policy()
value = nn.Linear(SIZE * SIZE, 1)
optimizer = optim.Adam(policy.parameters(), lr=1e-2)
value_optimizer = optim.Adam(value.parameters(), lr=3e-2)


def select_action(state):
    m = Categorical(logits=policy(state))
    action = m.sample()
    policy.saved_log_probs.append(m.log_prob(action))
    return action.item()


def finish_episode(states):
    R, returns = 0.0, []
    for r in policy.rewards[::-1]:
        R = r + gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    baseline = value(torch.stack(states)).squeeze(-1)
    advantage = returns - baseline.detach()

    policy_loss = -(torch.stack(policy.saved_log_probs) * advantage).sum()
    optimizer.zero_grad()
    policy_loss.backward()
    optimizer.step()

    value_loss = nn.functional.mse_loss(baseline, returns)
    value_optimizer.zero_grad()
    value_loss.backward()
    value_optimizer.step()

    del policy.rewards[:]
    del policy.saved_log_probs[:]


running_len = None
for i_episode in range(1, 121):
    pos, states = (0, 0), []
    for t in range(1, 41):
        s = encode(pos)
        states.append(s)
        pos, reward, done = env_step(pos, select_action(s))
        policy.rewards.append(reward)
        if done:
            break
    running_len = t if running_len is None else 0.9 * running_len + 0.1 * t
    finish_episode(states)
    if i_episode % 20 == 0:
        print("Episode {}\tLast length: {}\tAverage length: {:.2f}".format(i_episode, t, running_len))
