"""The words of each finding: its usual cause, and what would make it right."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    "grad-not-cleared": (
        "`backward()` adds to `.grad`; without clearing, each update also uses the gradients of earlier batches.",
        "Call `optimizer.zero_grad()` once per update: at the start of the iteration, or right after `step()`.",
    ),
    "cleared-before-step": (
        "`zero_grad()` stands between `backward()` and `step()`, so the step has nothing to work with.",
        "Move `optimizer.zero_grad()` before `loss.backward()`, or after `optimizer.step()`.",
    ),
    "step-before-backward": (
        "`optimizer.step()` stands above `loss.backward()`: each step uses the gradient of the batch before, or none.",
        "Keep the order: forward, loss, `zero_grad()`, `backward()`, `step()`.",
    ),
    "no-backward": (
        "`loss.backward()` is missing: it is what fills `.grad`; the loss alone changes nothing.",
        "Call `loss.backward()` between calculating the loss and `optimizer.step()`.",
    ),
    "no-update": (
        "`optimizer.step()` is missing, the learning rate is 0, or the optimizer holds nothing that gets a gradient. "
        "(Code that only wants gradients, such as a saliency map, looks the same.)",
        "Call `optimizer.step()` after `loss.backward()`, and check the learning rate.",
    ),
    "optimizer-holds-other-params": (
        "The model was made again, copied or moved after the optimizer: the optimizer still holds the old weights.",
        "Make the optimizer last, from the model that is trained: `optimizer = SGD(model.parameters(), lr=lr)`.",
    ),
    "param-not-in-optimizer": (
        "A layer was left out when the optimizer was made, or added to the model later. "
        "(Training only a part of the model on purpose looks the same.)",
        "Give the optimizer all of `model.parameters()`, or freeze the rest with `requires_grad_(False)`.",
    ),
    "param-never-in-graph": (
        "The layer is made in `__init__` but not used in `forward`, or what it gives is detached before the loss.",
        "Use the layer in `forward`, and leave out `detach()`, `.item()` and `no_grad()` on the way to the loss.",
    ),
    "frozen": (
        "`requires_grad` was set to False for these parameters and not set back. (Freezing a part is often meant so.)",
        "Call `requires_grad_(True)` on what shall be trained; give the optimizer only what it may change.",
    ),
    "backward-on-leaf": (
        "The loss was wrapped anew, as in `torch.tensor(loss.item(), requires_grad=True)`: the copy has no history.",
        "Call `backward()` on the loss itself, as the loss function returned it.",
    ),
    "graph-cut": (
        "Somewhere between weights and loss the graph was left: `detach()`, `.item()`, numpy, `torch.tensor(...)`, "
        "`argmax`, `no_grad()`, or weights with requires_grad=False.",
        "Calculate the loss from the model's output with torch operations only, with gradients on.",
    ),
    "softmax-before-ce": (
        "The model ends in softmax, but `cross_entropy` applies log-softmax itself. Softmax twice flattens the loss: "
        "it cannot come near 0, and gradients are small.",
        "Give `cross_entropy` the logits; use softmax only to show probabilities.",
    ),
    "nll-without-log": (
        "`NLLLoss` expects log-probabilities; it only picks the entry of the right class and changes its sign.",
        "Put `log_softmax(logits, dim=1)` before it, or use `CrossEntropyLoss` on the logits.",
    ),
    "double-sigmoid": (
        "`BCEWithLogitsLoss` applies sigmoid itself, but the model already ends in one.",
        "Give it the logits, or use `BCELoss` with the sigmoid (less stable).",
    ),
    "one-class-ce": (
        "Two classes were meant, with a single output: softmax over one number is always 1.",
        "Use `BCEWithLogitsLoss` with one output, or two outputs with `CrossEntropyLoss`.",
    ),
    "broadcast-loss": (
        "A prediction of shape (N, 1) and a target of shape (N,) broadcast to (N, N): every pair is compared, "
        "and the best answer becomes the mean of all targets.",
        "Give both the same shape: `y_hat.squeeze(1)` or `y.unsqueeze(1)`.",
    ),
    "eval-in-train-mode": (
        "`model.eval()` is missing before the evaluation: dropout drops, and batch norm uses (and changes) the batch's "
        "statistics. (Dropout is left on deliberately to sample predictions.)",
        "Call `model.eval()` before evaluating and `model.train()` before training goes on.",
    ),
    "train-in-eval-mode": (
        "After an evaluation, `model.train()` was not called again. (Batch norm is sometimes frozen like this.)",
        "Call `model.train()` at the start of each epoch.",
    ),
    "eval-builds-graph": (
        "The evaluation runs with gradients on: it takes time and memory for graphs that nobody uses.",
        "Evaluate under `with torch.no_grad():` or `with torch.inference_mode():`.",
    ),
    "graph-leak": (
        "A loss or an output was kept with its graph, as in `total += loss` or `losses.append(loss)`.",
        "Keep the number: `total += loss.item()`, or `loss.detach()`.",
    ),
    "not-finite": (
        "Often a learning rate that is too high, a log or a division of 0, or a nan in the data.",
        "Look at the first value that is not finite; lower the learning rate; use losses that take logits.",
    ),
    "lr-too-high": (
        "Steps overshoot the minimum, so that the loss grows. (A wrong sign in an update by hand does the same.)",
        "Divide the learning rate by 10 and compare the first 20 updates.",
    ),
    "lr-too-low": (
        "Steps are so small that the loss stays where it was.",
        "Multiply the learning rate by 10 (again and again) as long as the loss falls smoothly.",
    ),
    "vanishing": (
        "Each layer with a saturating activation (sigmoid, tanh) or small weights shrinks the gradient going back.",
        "Use ReLU, a fitting initialisation, normalisation layers or skip connections.",
    ),
    "zero-gradient": (
        "All weights began at zero, every ReLU is off (one far too long step is enough), or a `round` stands between.",
        "Keep torch's own initial weights (only biases may begin at 0), and take a smaller learning rate.",
    ),
    "exploding": (
        "Large weights, long recurrences or targets that are not scaled multiply the gradient on its way back.",
        "Scale inputs and targets, initialise smaller, and clip with `clip_grad_norm_`.",
    ),
    "overfitting": (
        "The model now learns what only the training rows have. (Small or noisy evaluation sets wobble, too.)",
        "Keep the weights of the best evaluation (early stopping), use more data, a smaller model or weight decay.",
    ),
    "eval-rows-trained-on": (
        "Training and evaluation data overlap. (Measuring training accuracy, and graph networks, look the same.)",
        "Split the data once, before anything else, and evaluate on rows that were never trained on.",
    ),
    "optimizer-recreated": (
        "The optimizer is made inside the loop: momentum and Adam's averages begin from nothing each time.",
        "Make the optimizer once, before the loop.",
    ),
    "unscaled-inputs": (
        "Raw pixels (0 to 255) or raw columns went in; one learning rate cannot suit all weights then.",
        "Scale inputs to about mean 0 and spread 1, with numbers taken from the training data.",
    ),
    "initial-loss-not-ln-c": (
        "Before training, logits should be near 0: large inputs, large initial weights or mixed-up labels spoil that.",
        "Scale the inputs and check the initialisation.",
    ),
    "no-shuffle": (
        "`shuffle=True` is missing in the DataLoader, or batches are slices in a fixed order. (Sequences may need it.)",
        "Shuffle the training data in each epoch.",
    ),
    "sorted-labels": (
        "The data is sorted by class, and batches are taken in that order: each update pulls to one class.",
        "Shuffle the training data.",
    ),
    "second-backward": (
        "`backward()` frees the graph. It was called twice on one loss, or something from the iteration before (a "
        "hidden state, a running sum of losses) is still attached to its old graph.",
        "Calculate the loss anew for each backward pass; `detach()` what is carried over.",
    ),
    "inplace-edit": (
        "An operation such as `+=`, `relu_` or an assignment to `x[...]` changed a tensor that backward needs; so does "
        "`optimizer.step()` between forward and backward, or a change of a weight with gradients on.",
        "Write `x = x + 1` for `x += 1`; change weights by hand only under `torch.no_grad()`.",
    ),
    "labels-out-of-range": (
        "Labels must be 0 to C - 1 for C outputs (and probabilities 0 to 1 for `BCELoss`): labels that start at 1, or "
        "too few outputs.",
        "Count classes from 0, and give the last layer one output per class.",
    ),
    "dtype-mismatch": (
        "Weights are float32; numpy gives float64, and class labels must be int64 (long).",
        "Convert where the data is made: `X.float()` for inputs and regression targets, `y.long()` for class labels.",
    ),
    "shape-mismatch": (
        "A layer's size does not fit its input, a flatten or a batch dimension is missing, or backward started from "
        "something that is not a single number.",
        "Print the shapes before this line: inputs are (N, features), logits (N, classes), labels (N,), a loss ().",
    ),
    "layers-in-list": (
        "A module finds the layers that are its own attributes or stand in a ModuleList; a plain list hides them from "
        "`parameters()`, so also from the optimizer, from `to()` and from `state_dict()`.",
        "Use `nn.ModuleList([...])` (or `nn.ModuleDict`), and make the optimizer after that.",
    ),
    "clip-after-step": (
        "The step uses the gradients as they are when it runs; what is clipped after it is thrown away.",
        "Keep the order: `backward()`, clip, `step()`.",
    ),
    "clip-before-backward": (
        "Before `backward()` there is nothing to clip; the gradients that come after it are used in full.",
        "Keep the order: `backward()`, clip, `step()`.",
    ),
    "scheduler-before-optimizer": (
        "`scheduler.step()` stands above `optimizer.step()`, as it had to in very old versions of torch.",
        "Call `optimizer.step()` first, and `scheduler.step()` after it.",
    ),
    "scheduler-per-batch": (
        "`scheduler.step()` stands in the loop over batches, while the schedule was made in epochs.",
        "Move `scheduler.step()` out of the loop over batches, or make a schedule that counts batches.",
    ),
    "metric-averaging": (
        "A smaller last batch counts as much as a full one when batch means are averaged; and a sum of means divided "
        "by the number of rows is too small by the batch size.",
        "Sum up `loss.item() * len(xb)` (or hits) and rows, and divide once, at the end.",
    ),
    "relu-on-output": (
        "The model ends in a ReLU: it cuts off negative outputs, and their gradients too.",
        "Leave out the activation behind the last layer.",
    ),
    "accumulation-cleared": (
        "`zero_grad()` stands in the loop over batches, while `step()` comes only after several of them.",
        "Clear once a group: right after `step()`, or before the group's first batch.",
    ),
    "accumulation-not-divided": (
        "Gradients add up: those of k mean losses are k times as long as that of one large batch. (Fine where the "
        "learning rate was chosen for it; Adam hardly notices.)",
        "Divide each loss by the number of batches in the group: `(loss / k).backward()`.",
    ),
}
