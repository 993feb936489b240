import random

import torch
import torch.nn as nn

random.seed(36)
torch.manual_seed(36)
N = 6


def move(s, a):
    s2 = max(0, min(N - 1, s + (1 if a else -1)))
    return s2, float(s2 == N - 1)


q_net, target_net = (nn.Sequential(nn.Linear(N, 24), nn.ReLU(), nn.Linear(24, 2)) for _ in range(2))
target_net.load_state_dict(q_net.state_dict())
target_net.eval()
opt = torch.optim.Adam(q_net.parameters(), lr=5e-3)
eye = torch.eye(N)
memory = []
s = 0
for t in range(300):
    a = random.randrange(2)
    s2, r = move(s, a)
    memory.append((s, a, r, s2))
    s = 0 if r else s2
    if len(memory) < 32:
        continue
    S, A, R, S2 = map(torch.tensor, zip(*random.sample(memory, 32), strict=True))
    with torch.no_grad():
        target = R + 0.9 * (1 - R) * target_net(eye[S2]).max(1).values
    q = q_net(eye[S]).gather(1, A.unsqueeze(1)).squeeze(1)
    loss = nn.functional.smooth_l1_loss(q, target)
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(q_net.parameters(), 100)
    opt.step()
    if t % 20 == 0:
        target_net.load_state_dict(q_net.state_dict())
    if t % 60 == 59:
        print(t + 1, round(loss.item(), 5))
with torch.no_grad():
    print("policy", q_net(eye).argmax(1).tolist())
