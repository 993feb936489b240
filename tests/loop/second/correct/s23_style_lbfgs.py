import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(2)


def gram_matrix(t):
    a, b, c, d = t.size()
    feats = t.view(a * b, c * d)
    return feats @ feats.t() / (a * b * c * d)


size = 24
yy, xx = torch.meshgrid(torch.linspace(-1, 1, size), torch.linspace(-1, 1, size), indexing="ij")
disc = ((xx**2 + yy**2) < 0.5).float()
content_img = torch.stack([disc, 1 - disc, 0.5 * torch.ones_like(disc)]).unsqueeze(0)
stripes = (torch.sin(12 * (xx + yy)) > 0).float()
style_img = torch.stack([stripes, 0.3 * stripes, 1 - stripes]).unsqueeze(0)

cnn = (
    nn.Sequential(
        nn.Conv2d(3, 12, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(12, 24, 3, padding=1, stride=2),
        nn.ReLU(),
        nn.Conv2d(24, 24, 3, padding=1),
        nn.ReLU(),
    )
    .eval()
    .requires_grad_(False)
)


def features(img):
    outs, h = [], img
    for layer in cnn:
        h = layer(h)
        if isinstance(layer, nn.ReLU):
            outs.append(h)
    return outs


content_target = features(content_img)[1]
style_targets = [gram_matrix(f) for f in features(style_img)]

raw = torch.logit(content_img.clamp(0.1, 0.9)) + 0.1 * torch.randn_like(content_img)
raw.requires_grad_(True)
optimizer = torch.optim.LBFGS([raw], max_iter=10, line_search_fn="strong_wolfe")
style_weight, content_weight, tv_weight = 1e7, 1.0, 1e-3

print("Optimizing..")
run = [0]
while run[0] <= 120:

    def closure():
        optimizer.zero_grad()
        input_img = torch.sigmoid(raw)
        feats = features(input_img)
        style_score = sum(F.mse_loss(gram_matrix(f), t) for f, t in zip(feats, style_targets))
        content_score = F.mse_loss(feats[1], content_target)
        tv = (input_img[..., 1:] - input_img[..., :-1]).abs().mean() + (
            input_img[..., 1:, :] - input_img[..., :-1, :]
        ).abs().mean()
        loss = style_weight * style_score + content_weight * content_score + tv_weight * tv
        loss.backward()
        run[0] += 1
        if run[0] % 20 == 0:
            print(
                "run {}: style {:.3e} content {:.5f} total {:.4f}".format(
                    run[0], style_score.item(), content_score.item(), loss.item()
                )
            )
        return loss

    optimizer.step(closure)

output = torch.sigmoid(raw).detach()
print("output range", output.min().item(), output.max().item())
