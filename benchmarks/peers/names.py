"""Which of the doctor's codes each remark of another tool may count as naming; in doubt, it counts.

A remark names a fault when its documentation or its message gives that fault as what it looks for or as a cause to
check. `ADVICE` are remarks on speed and style: they are shown, but are neither hits nor alarms.
"""

from __future__ import annotations

__all__ = ["ADVICE", "FAULTS", "NAMES"]

# faults that the index gives no code because hooks on the loop cannot see them: other tools may
FAULTS = {
    "functional_drop": "dropout-ignores-eval",
    "keep_best": "best-by-reference",
    "channels_last": "layout",
    "plateau_acc": "plateau-mode",
    "logit_cut": "threshold",
}

NO_GRADIENT = "graph-cut backward-on-leaf frozen param-never-in-graph"
RAISED = "shape-mismatch dtype-mismatch labels-out-of-range inplace-edit second-backward"

NAMES: dict[str, dict[str, str]] = {
    "mldoct": {
        "missing_zero_grad": "grad-not-cleared",
        "missing_eval": "eval-in-train-mode",
        "double_softmax": "softmax-before-ce",
        "oom_leak": "graph-leak",
        "watch:nan": "not-finite",
        "watch:loss-exploded": "exploding lr-too-high",
        "watch:plateau": "overfitting lr-too-low",
    },
    "torch-audit": {
        "TA100": "not-finite exploding lr-too-high",
        "TA102": "exploding lr-too-high grad-not-cleared unscaled-inputs initial-loss-not-ln-c",
        "TA103": f"vanishing relu-on-output one-class-ce {NO_GRADIENT}",
        "TA104": f"no-backward step-before-backward cleared-before-step optimizer-holds-other-params {NO_GRADIENT}",
        "TA105": "vanishing relu-on-output lr-too-high",
        "TA301": "unscaled-inputs initial-loss-not-ln-c",
        "TA302": "",
        "TA303": "layout",
        "TA304": "eval-in-train-mode",
        "TA500": "param-never-in-graph",
        "TA501": "param-never-in-graph",
    },
    "torchtest2": {
        "forward": RAISED,
        "loss": f"{RAISED} {NO_GRADIENT} not-finite nll-without-log one-class-ce",
        "output_varies": "relu-on-output vanishing",
        "output_finite": "not-finite exploding",
        "eval_determinism": "dropout-ignores-eval",
        "initial_loss": "initial-loss-not-ln-c unscaled-inputs one-class-ce lr-too-high",
        "optimizer_coverage": "optimizer-holds-other-params param-not-in-optimizer",
        "gradient_flow": f"{RAISED} {NO_GRADIENT} vanishing relu-on-output one-class-ce",
        "gradient_magnitude": "exploding not-finite vanishing unscaled-inputs initial-loss-not-ln-c",
        "params_change": "no-update optimizer-holds-other-params param-not-in-optimizer lr-too-low one-class-ce "
        f"{NO_GRADIENT}",
        "frozen_params": "frozen",
        "input_dependency": "param-never-in-graph layout",
        "batch_independence": "layout broadcast-loss",
        "overfit_batch": "lr-too-high lr-too-low not-finite no-update one-class-ce broadcast-loss vanishing "
        "unscaled-inputs softmax-before-ce double-sigmoid relu-on-output exploding",
    },
}

ADVICE = {"cpu_bottleneck", "missing_clip", "TA200", "TA201", "TA203", "TA400", "TA401", "TA402", "TA403", "TA404"}
