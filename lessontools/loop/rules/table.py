"""The table of all rules: code, the function that looks, how sure it is, its title and the lesson that explains it."""

from __future__ import annotations

from lessontools.loop.finding import Rule
from lessontools.loop.rules import around, averaging, curves, gradients, graph, groups, losses, modes
from lessontools.loop.rules.raised import raised

__all__ = ["HIDES", "RULES"]

RULES: tuple[Rule, ...] = (
    Rule("second-backward", raised("second-backward"), "fact", "Backward went through a graph twice"),
    Rule("inplace-edit", raised("inplace-edit"), "fact", "A value that backward needs was overwritten"),
    Rule("labels-out-of-range", raised("labels-out-of-range"), "fact", "A label is outside the classes"),
    Rule("dtype-mismatch", raised("dtype-mismatch"), "fact", "Types do not fit"),
    Rule("shape-mismatch", raised("shape-mismatch"), "fact", "Shapes do not fit"),
    Rule("graph-cut", graph.graph_cut, "fact", "The graph is cut before it reaches the weights"),
    Rule("not-finite", losses.not_finite, "fact", "A number was not finite"),
    Rule("step-before-backward", gradients.step_before_backward, "fact", "The step comes before the backward pass"),
    Rule("cleared-before-step", gradients.cleared_before_step, "fact", "Gradients were cleared before the step"),
    Rule("no-backward", gradients.no_backward, "fact", "No backward pass"),
    Rule("backward-on-leaf", graph.backward_on_leaf, "fact", "Backward started from a tensor without a graph"),
    Rule("optimizer-holds-other-params", gradients.other_params, "fact", "The optimizer holds other parameters"),
    Rule("frozen", gradients.frozen, "fact", "Parameters are frozen"),
    Rule("grad-not-cleared", gradients.not_cleared, "fact", "An old gradient was used again"),
    Rule("softmax-before-ce", losses.softmax_before_ce, "fact", "Softmax before cross-entropy"),
    Rule("nll-without-log", losses.nll_without_log, "fact", "NLLLoss without log-probabilities"),
    Rule("double-sigmoid", losses.double_sigmoid, "fact", "Sigmoid twice"),
    Rule("one-class-ce", losses.one_class, "fact", "Cross-entropy over one class"),
    Rule("broadcast-loss", losses.broadcast_loss, "fact", "Prediction and target have different shapes"),
    Rule("graph-leak", graph.graph_leak, "fact", "Old graphs stay in memory"),
    Rule("optimizer-recreated", gradients.optimizer_recreated, "fact", "The optimizer is made anew"),
    Rule("layers-in-list", graph.layers_in_list, "fact", "Layers stand in a plain list"),
    Rule("clip-after-step", around.clip_after_step, "fact", "Gradients are clipped after the step"),
    Rule("clip-before-backward", around.clip_before_backward, "fact", "Gradients are clipped before backward"),
    Rule("scheduler-before-optimizer", around.scheduler_before_optimizer, "fact", "The scheduler steps first"),
    Rule("metric-averaging", averaging.metric_averaging, "fact", "An average does not count each row once"),
    Rule("relu-on-output", losses.relu_on_output, "fact", "A ReLU stands behind the last layer"),
    Rule("accumulation-cleared", groups.accumulation_cleared, "strong", "Accumulated gradients are cleared unused"),
    Rule("scheduler-per-batch", around.scheduler_per_batch, "strong", "The scheduler moves on with each batch"),
    Rule("no-update", gradients.no_update, "strong", "The weights never change"),
    Rule("param-never-in-graph", graph.never_in_graph, "strong", "A parameter never takes part"),
    Rule("eval-in-train-mode", modes.eval_in_train_mode, "strong", "Evaluated in training mode"),
    Rule("train-in-eval-mode", modes.train_in_eval_mode, "strong", "Trained in eval mode"),
    Rule("lr-too-high", curves.lr_too_high, "strong", "The learning rate may be too high"),
    Rule("lr-too-low", curves.lr_too_low, "strong", "The learning rate may be too low"),
    Rule("vanishing", curves.vanishing, "strong", "The gradient vanishes"),
    Rule("zero-gradient", curves.zero_gradient, "strong", "No weight gets a gradient"),
    Rule("exploding", curves.exploding, "strong", "The gradient explodes"),
    Rule("overfitting", curves.overfitting, "strong", "The model overfits"),
    Rule("accumulation-not-divided", groups.accumulation_not_divided, "hint", "Accumulated losses are not divided"),
    Rule("param-not-in-optimizer", gradients.not_in_optimizer, "hint", "A parameter is in no optimizer"),
    Rule("eval-builds-graph", modes.eval_builds_graph, "hint", "Evaluation builds graphs"),
    Rule("eval-rows-trained-on", modes.eval_rows_trained_on, "hint", "Evaluated on rows that were trained on"),
    Rule("unscaled-inputs", curves.unscaled_inputs, "hint", "Inputs are not scaled"),
    Rule("initial-loss-not-ln-c", losses.initial_loss, "hint", "The first loss is far from that of guessing"),
    Rule("no-shuffle", curves.no_shuffle, "hint", "Batches are not shuffled"),
    Rule("sorted-labels", losses.sorted_labels, "hint", "Batches hold one class each"),
)

# a finding -> those that only repeat what it explains
HIDES: dict[str, tuple[str, ...]] = {
    "not-finite": ("exploding",),
    "optimizer-holds-other-params": ("param-not-in-optimizer", "no-update"),
    "graph-cut": ("no-update", "param-never-in-graph"),
    "backward-on-leaf": ("graph-cut", "no-update"),
    "grad-not-cleared": ("lr-too-high",),
    "lr-too-high": ("exploding",),
    "layers-in-list": ("param-not-in-optimizer",),
    "clip-after-step": ("lr-too-high", "exploding"),
    "clip-before-backward": ("lr-too-high", "exploding"),
    "accumulation-not-divided": ("lr-too-high", "exploding"),
    "scheduler-per-batch": ("lr-too-low",),
}
