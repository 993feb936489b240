# %% [markdown] id="goal" covers="S2-05"
# # Thresholds and costs: which errors do you want?
#
# **Goal.** A model gives numbers, and somebody has to decide. Learn to turn scores into decisions that suit the price of
# an error, and to check whether the scores deserve to be called probabilities.
#
# **You will be able to**
#
# - say what a threshold moves and what it leaves alone, on probabilities and on logits;
# - choose a threshold by what the errors cost;
# - choose it on the right rows, and report honestly what it costs;
# - steer a training towards recall or precision through its loss, and say what that does to the outputs;
# - read ROC and precision-recall curves, also where one class is rare;
# - check whether probabilities keep their word, and mend them.
#
# **Out of scope.** How precision and recall are counted, and more than two classes.
#
# **Needs.** [Lesson 08](08_matrix.ipynb): the four fields, precision and recall. &nbsp; **Minutes.** 50 for the
# core, 100 with all that the exit quiz asks about.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | two rules from one model | 3 |
# | [Learn](#Learn) | three thresholds, a price, the right rows, the loss as a steering wheel | 24 |
# | [Try](#Try) | lines in order, a bug, two functions to write | 15 |
# | [Deep dive](#Deep-dive) | weight or threshold? ROC or precision-recall? | 20 |
# | [Trace](#Trace) | a real run: a curve comes about row by row, a loop reports both scores | 8 |
# | [Metrics](#Metrics) | do the probabilities keep their word? | 18 |
# | [Experiment](#Experiment) | an open task: a temperature for a boaster | 20 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 50 minutes:** Why, Learn, [Pitfalls](#Pitfalls), Try. It serves the first four aims; Deep dive and Metrics serve
# the others, and the [Exit quiz](#Exit-quiz) asks about all six. Every way stands alone: run the cell below and the one
# under [Set up](#Set-up), then go where you like. Where a question asks what a cell will print, that cell's output is
# folded away until you run it.

# %% id="tools"
from lessontools import ask, challenge, check, hint, pitfall, player, progress, review, sliders, solution
from lessontools.explore import chart
from lessontools.explore.axes import Plot, paint, rule, svg, text
from lessontools.explore.sliders import Shown

# %% [markdown] id="warm-up"
# ## Warm-up
#
# What is left of the lessons before? Answer from memory first, then look.

# %% id="do-warm-up"
ask("recall-of-a-test", "loss-for-one-logit", "who-is-zero")

# %% [markdown] id="why" covers="S2-06 S2-07 S3-08"
# ## Why
#
# From one model for tumours, somebody makes two rules, A and B, and tries both on the same 171 people, 59 of them ill. A
# misses 5 of the ill and alarms 4 healthy people. B misses 1 and alarms 26. Which one would you take?

# %% id="do-which-rule"
ask("which-rule")

# %% id="two-rules" covers="S2-06 S2-07 S3-08" folded=true
rules = {"A": (5, 4), "B": (1, 26)}  # misses, false alarms

print("what the errors cost together, if a false alarm costs 1")
for price in [1, 5, 6, 20]:
    costs = {name: price * misses + alarms for name, (misses, alarms) in rules.items()}
    print(f"a miss costs {price:2d}:  A {costs['A']:3d}  B {costs['B']:3d}  cheaper: {min(costs, key=costs.get)}")

# %% [markdown] id="why-it-matters" covers="S2-06 S2-07"
# Neither is better as such. In **screening**, a miss is an illness found too late, and an alarm a second look: B, high
# **recall**. In a **spam filter**, an alarm is a good mail that nobody reads, and a miss a nuisance: A, high
# **precision**. Same model, same weights. What differs is one number behind it.

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch and scikit-learn are imported here, once, which takes a few seconds. 569 tumours, ten measurements each; in
# this table 0 means malignant, so we turn the labels round at once: `y` is 1 for malignant, our positive class. The rows
# are dealt out to three jobs: **train** for the weights, **val** for choices, **test** for the report. The five small
# functions are used all through the lesson; read them when you meet them.

# %% id="import-torch"
from math import log

import torch
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
torch.set_num_threads(1)


def fit(X, y, pos_weight=1.0, epochs=50, lr=0.5, hidden=0):
    """Train a model with one logit, linear or with a hidden layer, by the five calls."""
    torch.manual_seed(0)
    inputs = X.shape[1]
    model = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, 1)) if hidden else nn.Linear(inputs, 1)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(pos_weight))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X)[:, 0], y)
        loss.backward()
        optimizer.step()
    return model


def logits_of(model, X):
    with torch.no_grad():
        return model(X)[:, 0]


def counts(called, y):
    """Return TP, FP, FN, TN."""
    tp, fp = (called & (y == 1)).sum().item(), (called & (y == 0)).sum().item()
    return tp, fp, int(y.sum()) - tp, int((1 - y).sum()) - fp


def cost_of(p, y, threshold, miss):
    tp, fp, fn, tn = counts(p > threshold, y)
    return miss * fn + fp


def people(count, share, seed):
    """Return made-up patients, four blood values each, a little higher for the ill, and who is ill."""
    y = (torch.arange(count) < round(share * count)).float()
    return torch.randn(count, 4, generator=torch.Generator().manual_seed(seed)) + 0.7 * y[:, None], y


data = load_breast_cancer()
y = torch.tensor(data.target == 0).float()  # 1 is malignant from here on
X = torch.tensor(data.data[:, :10], dtype=torch.float32)
train, val, test = torch.randperm(569, generator=torch.Generator().manual_seed(2)).split([227, 171, 171])
X = (X - X[train].mean(dim=0)) / X[train].std(dim=0)

model = fit(X[train], y[train])
p_val, y_val = torch.sigmoid(logits_of(model, X[val])), y[val]
p_test, y_test = torch.sigmoid(logits_of(model, X[test])), y[test]
print("validation rows", len(val), "  malignant", int(y_val.sum()))
print("test rows      ", len(test), "  malignant", int(y_test.sum()))

# %% [markdown] id="learn" covers="S2-05 S3-07"
# ## Learn
#
# ### One model, three thresholds
#
# The model gives each patient a logit, and a sigmoid makes of it a probability `p` of being ill. Neither decides.
# That is done by a rule **behind** it: call positive if `p > threshold`. With the threshold .5, 54 of the 59 ill
# people are found, with 4 false alarms.

# %% id="do-three-thresholds"
ask("three-thresholds")

# %% id="three-thresholds" covers="S2-05 S3-07 X-31" folded=true
print("one model, three rules")
print("threshold   TP  FP  FN   TN   precision   recall")
for threshold in [0.1, 0.5, 0.7]:
    tp, fp, fn, tn = counts(p_val > threshold, y_val)
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    print(f"{threshold:9.1f}   {tp}  {fp:2d}  {fn:2d}  {tn:3d}   {precision:9.3f}   {recall:6.3f}")

# %% [markdown] id="about-three" covers="S3-07 S2-05"
# A **strict** rule calls only those that it is sure of: precision up, recall down. A **loose** one calls whoever might be
# ill: the reverse. (Rules A and B were .5 and .1.) Recall can only fall as the threshold rises, since fewer people are
# called. Precision *usually* rises: a true alarm may be the next to go.

# %% id="do-six-patients"
ask("six-patients")

# %% [markdown] id="price" covers="S2-06 S2-07 S3-08 X-31"
# ### A price for each error
#
# "High recall" is no aim: threshold 0 has recall 1.0 and alarms everyone. What settles it is the **price**. Let a false
# alarm cost 1 and a miss cost `miss`. Then a rule costs
#
# $$\text{cost} = \text{miss} \cdot \text{FN} + \text{FP}$$

# %% id="do-threshold-of-twenty"
ask("threshold-of-twenty")

# %% [markdown] id="slider-text" covers="X-31"
# Here is the clinic. Click a slider and use the arrow keys: `threshold` moves along the curves, `miss` is the price.
#
# 1. Find the loosest threshold without a single false alarm. What is its recall?
# 2. Set `miss` to 1, then 5, then 20. Where is the bottom of the cost curve each time?

# %% id="move-the-threshold" covers="S2-05 S3-07 X-31" hidden=true
# Run this cell for the sliders. The code is folded away: click to see it.
GRID = [k / 100 for k in range(1, 100)]
RULES = [counts(p_val > t, y_val) for t in GRID]


def panel(top, name, high, curves, now, ends=""):
    """One pair of axes over the thresholds: curves by name, colour and dash (cut at the top), the rule of today as a line."""
    at, grey = Plot((0, 1), (0, high), 46, top, top + 88), 'stroke="currentColor" stroke-opacity="0.25"'
    parts = [text(2, top - 8, name, more=' font-weight="600"')]
    for tick in (0, high / 2, high):
        parts += [rule(46, at.y(tick), 346, at.y(tick), grey), text(40, at.y(tick) + 4, f"{tick:g}", "end")]
    for place, (label, values) in enumerate(curves.items()):
        dash, colour = ('stroke-dasharray="7 3"' if place else ""), paint(place if label else 2)
        line = at.path([(t, value if value <= high else float("nan")) for t, value in zip(GRID, values)])
        parts.append(f'<path d="{line}" fill="none" stroke-width="2.5" {dash} style="{colour}"/>')
        if label:
            parts.append(text(150 + 96 * place, top - 8, f"{('solid', 'dashed')[place]}: {label}"))
    parts.append(rule(at.x(now), top, at.x(now), top + 88, 'stroke="currentColor" stroke-width="1.5"'))
    parts += [text(at.x(t), top + 103, f"{t:g}", "middle") for t in (0, 0.25, 0.5, 0.75, 1) if ends]
    return [*parts, text(196, top + 118, ends, "middle")], at


def clinic(threshold, miss):
    """One model, your threshold, your price"""
    tp, fp, fn, tn = counts(p_val > threshold, y_val)
    cost, costs = miss * fn + fp, [miss * fn + fp for _, fp, fn, _ in RULES]
    precision, recall = tp / (tp + fp) if tp + fp else 0.0, tp / (tp + fn)
    lowest = min(costs)
    where = [t for t, c in zip(GRID, costs) if c == lowest]
    scores = {"precision": [tp / max(1, tp + fp) for tp, fp, _, _ in RULES],
              "recall": [tp / (tp + fn) for tp, _, fn, _ in RULES]}  # fmt: skip
    upper, _ = panel(28, "score", 1.0, scores, threshold)
    lower, at = panel(152, "cost", 5 * lowest, {"": costs}, threshold, "threshold")
    bottom = f'<circle cx="{at.x(where[0]):.1f}" cy="{at.y(lowest):.1f}" r="5" fill="none" stroke-width="2.5" style="{paint(1)}"/>'
    lower += [bottom, text(346, 144, f"o lowest: {lowest} at {where[0]:.2f}", "end")]
    words = f"""
| | called ill | called well |
|---|---|---|
| **is ill** | TP {tp} | FN {fn} |
| **is well** | FP {fp} | TN {tn} |

Precision **{precision:.3f}**, recall **{recall:.3f}**, cost {miss} · {fn} + {fp} = **{cost}**."""
    alt = f"At threshold {threshold:.2f}: precision {precision:.3f}, recall {recall:.3f}, cost {cost}; lowest cost {lowest}."
    return Shown(words, svg(274, alt, [*upper, *lower]))


sliders(clinic, threshold=(0.01, 0.99, 0.01, 0.5), miss=(1, 50, 1, 5))

# %% [markdown] id="after-slider" covers="X-31"
# (1: .68, where the recall is .864. 2: at .49, .30 and .09; the dearer a miss, the lower the threshold. Near the
# bottom the curve is flat and jagged, and several rules may cost the same; the circle marks the first of them.)
#
# ### The threshold that a price asks for
#
# No search is needed if `p` can be trusted. Take one patient. An alarm costs 1 if he is well: on average `1 - p`. Silence
# costs `miss` if he is ill: on average `miss · p`. Fill in both:

# %% id="do-alarm-or-silence"
ask("alarm-or-silence", "threshold-from-price")

# %% [markdown] id="formula" covers="X-31"
# In general, an alarm is cheaper as soon as $p > \dfrac{1}{1 + \text{miss}}$. So **.5 is the right threshold for one
# price only**: a miss as dear as a false alarm. Try the formula against the search, on the rows where the search was
# made:

# %% id="formula-or-search" covers="X-31"
fine = [k / 100 for k in range(1, 100)]
print("miss   cost at .5   best found       cost   1/(1+miss)   cost")
for miss in [1, 5, 20]:
    best = min(fine, key=lambda t: cost_of(p_val, y_val, t, miss))
    rule_cost = cost_of(p_val, y_val, 1 / (1 + miss), miss)
    print(f"{miss:4d}   {cost_of(p_val, y_val, 0.5, miss):10d}   {best:10.2f}   {cost_of(p_val, y_val, best, miss):8d}"
          f"   {1 / (1 + miss):10.3f}   {rule_cost:4d}")  # fmt: skip

# %% [markdown] id="which-rows" covers="X-31"
# ### Which rows may choose?
#
# The search wins by a little, on the validation rows. No wonder: it has picked the cheapest of 99 rules *for these rows*.
# What will it cost on others?

# %% id="do-promise"
ask("promise-of-the-search")

# %% id="promised-and-paid" covers="X-31" folded=true
everyone, y_all = torch.cat([p_val, p_test]), torch.cat([y_val, y_test])
called = everyone[:, None] > torch.tensor(fine)
wrong = 20 * (~called & (y_all == 1)[:, None]) + 1 * (called & (y_all == 0)[:, None])  # rows by thresholds
by_formula = 20 * ((everyone <= 1 / 21) & (y_all == 1)) + 1 * ((everyone > 1 / 21) & (y_all == 0))

generator, promised, paid, formula = torch.Generator().manual_seed(0), [], [], []
for _ in range(300):  # deal the 342 rows anew: half of them choose, the other half judge
    choose, judge = torch.randperm(342, generator=generator).split(171)
    costs = wrong[choose].sum(dim=0)
    promised.append(costs.min().item())
    paid.append(wrong[judge, costs.argmin()].sum().item())
    formula.append(by_formula[judge].sum().item())
print("a miss costs 20; mean of 300 deals")
print("cost on the rows that chose: ", round(sum(promised) / 300))
print("cost on new rows:            ", round(sum(paid) / 300))
print("1/(1+miss), on the same ones:", round(sum(formula) / 300))

# %% [markdown] id="about-rows" covers="X-31"
# What the search promises is not kept on other rows: **choosing is fitting**, even if it is a single number. So three
# sets have three jobs. *Train* gives the weights, *val* the threshold (and anything else that is chosen), *test* one
# honest number at the end. And look at the last line: where a miss costs 20, a handful of ill people with a low `p`
# decides the search. The formula does not look at them and does better here.

# %% [markdown] id="steer" covers="S1-06 S1-07 S1-08 S1-09"
# ### Steering through the loss
#
# A second place to set prices is the training itself. Precision and recall are not computed in the loop; they have no
# slopes. But the **loss** can be told what an error costs. Cross-entropy charges both kinds alike: a row that is ill with
# `p = .2` costs as much as a healthy one with `p = .8`. `pos_weight` changes that: it multiplies the price of positives.

# %% id="do-turn-the-wheel"
ask("turn-the-wheel")

# %% id="three-weights" covers="S1-06 S1-07 S1-08 S1-09" folded=true
print("three trainings, threshold .5 each")
print("pos_weight   TP  FP  FN   precision   recall   ROC AUC")
for weight in [0.2, 1.0, 5.0]:
    z = logits_of(fit(X[train], y[train], pos_weight=weight), X[val])
    tp, fp, fn, tn = counts(z > 0.0, y_val)
    scores = f"{tp / (tp + fp):9.3f}   {tp / (tp + fn):6.3f}   {roc_auc_score(y_val, z):7.3f}"
    print(f"{weight:10.1f}   {tp}  {fp:2d}  {fn:2d}   {scores}")

# %% [markdown] id="about-weights" covers="S1-08 S1-09 R-23"
# Above 1, missed positives weigh more: **recall** rises. Below 1, false alarms weigh more: **precision** rises. The
# last column is the share of pairs, one ill and one well, that the model puts in the right order (more in the Deep
# dive). It hardly moves.
#
# Does a loss that charges both kinds alike at least *balance* them? Take a screening: 10 000 people, 200 of them ill.
# (They are made up: four blood values, drawn at random, a little higher for the ill.)

# %% id="do-plain-on-rare"
ask("plain-on-rare")

# %% id="rare-and-plain" covers="S1-07 R-23" folded=true
(X_rare, y_rare), (X_new, y_new) = people(10_000, 0.02, seed=0), people(10_000, 0.02, seed=1)
ratio = (1 - y_rare).sum().item() / y_rare.sum().item()
print("on new people, threshold .5")
for name, weight in [("plain cross-entropy", 1.0), ("pos_weight = neg / pos", ratio)]:
    z = logits_of(fit(X_rare, y_rare, pos_weight=weight, epochs=600, lr=2.0), X_new)
    tp, fp, fn, tn = counts(z > 0.0, y_new)
    scores = f"accuracy {(tp + tn) / 10_000:.3f}  recall {tp / 200:.3f}  precision {tp / (tp + fp):.3f}"
    print(f"{name:<22}  {scores}  mean p {torch.sigmoid(z).mean():.3f}")

# %% [markdown] id="about-rare" covers="R-23 S1-07"
# The plain model is not broken. It says, rightly, that hardly anyone here has more than an even chance of being ill;
# and .5 asks for just that. So with a rare class that overlaps with the common one, plain cross-entropy and
# threshold .5 together find next to nobody, at 98 % accuracy. Change the loss, or change the threshold. The loss has
# a price of its own, in the last column: the weighted model's outputs are no probabilities any more, a mean `p` of
# .315 where .02 are ill. (What else sets the two apart? See the Deep dive.)

# %% id="do-set-the-weight"
ask("weight-by-counts")

# %% [markdown] id="pitfalls" covers="R-20"
# ## Pitfalls
#
# Three of them, and all three run without a word.
#
# ### .5 on logits
#
# A model gives logits. Somebody forgets the sigmoid and writes `logits > 0.5`.

# %% id="do-half-on-logits"
ask("half-on-logits")

# %% id="half-on-logits" covers="R-20 S2-05" folded=true
z_val = logits_of(model, X[val])
print("the same logits, three rules")
for name, called in [("p > 0.5     ", p_val > 0.5), ("logit > 0.0 ", z_val > 0.0), ("logit > 0.5 ", z_val > 0.5)]:
    tp, fp, fn, tn = counts(called, y_val)
    print(name, f"TP {tp}  FP {fp}  recall {tp / (tp + fn):.3f}")
print("logit 0.5 is the probability", round(torch.sigmoid(torch.tensor(0.5)).item(), 3))

# %% id="pitfall-logit" covers="R-20" folded=true
pitfall("threshold-half-on-logit").demo()

# %% [markdown] id="other-places" covers="R-20"
# The middle of the logits is **0.0**. And where are the other thresholds? The sigmoid is $p = \dfrac{1}{1 + e^{-z}}$.

# %% id="do-same-place"
ask("same-place-in-logits")

# %% [markdown] id="same-place" covers="R-20"
# A threshold `t` for probabilities is $\ln \dfrac{t}{1 - t}$ for logits: the logarithm of the odds.

# %% [markdown] id="tuned-on-test" covers="X-31"
# ### Tuned on the test rows
#
# It is only one number, and no weight. What harm can it do, if that number is chosen where it is judged?

# %% id="do-after-the-report"
ask("two-reports")

# %% id="pitfall-tuned" covers="X-31" folded=true
pitfall("threshold-tuned-on-test").demo()

# %% [markdown] id="reversed" covers="S1-08 R-23"
# ### A weight for the rare class
#
# Again 2 % are positive, and somebody wants a higher recall. A case from a log:

# %% id="do-recall-fell"
ask("recall-fell")

# %% [markdown] id="reversed-demo" covers="S1-08 R-23"
# The same in a loop of its own. The curves show **recall**, over the epochs.

# %% id="pitfall-reversed" covers="S1-08 R-23" folded=true
pitfall("pos-weight-reversed").demo()

# %% [markdown] id="try"
# ## Try
#
# First a few lines to put in order, then a bug to find.

# %% id="do-orders"
ask("split-tune-judge", "bug-in-the-report")

# %% [markdown] id="try-tune"
# Now write it: `tune(p_val, y_val, p_test, y_test, miss)` returns the cheapest threshold on validation rows, and what it
# costs on the test rows. `hint("choose-threshold")` in a cell of your own helps.

# %% id="do-tune" exercise="choose-threshold"

# %% [markdown] id="try-loss"
# And the other place for prices: a loss in which both classes have the same say.

# %% id="do-balanced" exercise="balanced-loss"

# %% [markdown] id="use-tune"
# Your function on our patients; until it is written, the cell says so.

# %% id="your-tune" covers="X-31"
for miss in [1, 5, 20]:
    try:
        best, cost = tune(p_val, y_val, p_test, y_test, miss)
        half = cost_of(p_test, y_test, 0.5, miss)
        print(f"miss {miss:2d}: threshold {best:.2f}, test cost {cost:.0f}; at .5 it is {half}")
    except (NameError, TypeError, ValueError):
        print(f"miss {miss:2d}: not yet")

# %% [markdown] id="deep-dive" covers="S1-08 X-32"
# ## Deep dive
#
# ### 1: Weight or threshold?
#
# In a screening with 2 % ill, `pos_weight = 49` took recall from near 0 to three quarters. Has the model learned to see
# the ill better? Compare its logits with those of the plain model, person by person.

# %% id="do-shift-of-logits"
ask("shift-of-logits")

# %% id="weight-or-threshold" covers="S1-08 R-23 X-32" folded=true
(X_rare, y_rare), (X_new, y_new) = people(10_000, 0.02, seed=0), people(10_000, 0.02, seed=1)
z_plain = logits_of(fit(X_rare, y_rare, epochs=600, lr=2.0), X_new)
z_heavy = logits_of(fit(X_rare, y_rare, pos_weight=49.0, epochs=600, lr=2.0), X_new)
print("weight 49 against plain")
lift = z_heavy - z_plain
print(f"logits are higher by {lift.mean().item():.2f} ± {lift.std().item():.2f};  ln 49 is {log(49):.2f}")
print(f"ROC AUC: plain {roc_auc_score(y_new, z_plain):.3f}, weight 49 {roc_auc_score(y_new, z_heavy):.3f}")
for name, z, threshold in [("weight 49, p > .5", z_heavy, 0.5), ("plain, p > 1/50  ", z_plain, 1 / 50)]:
    tp, fp, fn, tn = counts(torch.sigmoid(z) > threshold, y_new)
    print(f"{name}: recall {tp / (tp + fn):.2f}, precision {tp / (tp + fp):.3f}")
means = [torch.sigmoid(z).mean().item() for z in (z_plain, z_heavy)]
print(f"mean p: plain {means[0]:.3f}, weight 49 {means[1]:.3f};  ill are .020")

# %% [markdown] id="about-shift" covers="S1-08 X-32"
# All logits are moved up by about ln 49, and hardly anyone overtakes anyone. So the weighted model at .5 is the
# plain one at 1/50: $1/(1 + w)$, the formula of the prices again. What was lost are the **probabilities**. For a
# linear model on such data that is all there is to it. Where a model cannot fit everything, or stops early, the
# weight also decides *what* is fitted first, and a rare class may gain by it. The threshold is free to move
# afterwards; a weight needs a new training. Try the threshold first.
#
# ### 2: Two curves
#
# Move the threshold from strict to loose, and plot what happens. A **ROC curve** plots recall against the share of the
# *negatives* that get an alarm, the false alarm rate. A **precision-recall curve** plots precision against recall. Each
# is summed up by the area below it:
#
# - **ROC AUC:** the share of pairs (one ill, one well) in which the ill one has the higher score. 0.5 without skill.
# - **PR AUC**, here as average precision (**AP**): the mean precision, over the steps in which recall rises. Without
#   skill it is the share of the positives.

# %% id="do-pairs"
ask("pairs-in-order")

# %% [markdown] id="rarer" covers="X-32"
# Our patients came to a clinic with a lump; a third of them is ill. Take the same model to a screening, with sixty times
# as many healthy people, who look just like the healthy ones here.

# %% id="do-sixty-times"
ask("sixty-times-benign")

# %% id="sixty-times" covers="X-32" folded=true
ill, well = p_val[y_val == 1], p_val[y_val == 0]
print("the same model, more healthy people")
print("share of ill   ROC AUC      AP   precision at .5   recall at .5")
for times in [1, 10, 60]:
    p, truth = torch.cat([ill, well.repeat(times)]), torch.cat([torch.ones(len(ill)), torch.zeros(len(well) * times)])
    tp, fp, fn, tn = counts(p > 0.5, truth)
    areas = f"{roc_auc_score(truth, p):7.3f}   {average_precision_score(truth, p):.3f}"
    print(f"{truth.mean().item():12.3f}   {areas}   {tp / (tp + fp):15.3f}   {tp / (tp + fn):12.3f}")

# %% [markdown] id="about-rarer" covers="X-32"
# ROC looks inside each class: which share of the ill, which share of the well. How many there are of each it never sees.
# Precision mixes the classes, so it falls: four alarms in five are false in the last row, at the same ROC AUC of .99.
# Neither curve lies. **ROC** asks how well the model sorts; **PR** asks what you will live with, at *this* share of ill.

# %% id="do-precision-at-share"
ask("precision-at-share", "changes-the-auc")

# %% [markdown] id="write-curve"
# Both areas want **scores**: given labels, `roc_auc_score(y, p > 0.5)`, they see one threshold only, and nothing
# raises. Now write the curve yourself: `pr_curve(scores, y)`.

# %% id="do-curve" exercise="pr-curve"

# %% [markdown] id="trace" covers="X-32 S3-07"
# ## Trace
#
# ### A curve, row by row
#
# Twelve patients from the validation rows, the most suspicious first. The threshold comes down and calls one after the
# other.

# %% id="do-zigzag"
ask("recall-only-rises")

# %% [markdown] id="trace-text" covers="X-32 S3-07"
# Before each step: will precision rise or fall? This run works without a kernel, by keyboard too.

# %% id="trace-a-curve" covers="X-32 S3-07" hidden=true
# Run this cell for the run, row by row. The code is folded away: click to see it.
order = p_val.argsort(descending=True)
picked = order[[0, 20, 40, 50, 52, 54, 55, 57, 60, 66, 100, 170]]
rows = [(round(p_val[at].item(), 2), int(y_val[at])) for at in picked]
code = """tp = fp = 0
for p, ill in rows:         # highest p first
    if ill:
        tp += 1             # ROC: a step up
    else:
        fp += 1             # ROC: a step to the right
    precision = tp / (tp + fp)"""
positives, frames, curve, tp, fp = sum(ill for _, ill in rows), [], [1.0], 0, 0
nobody = "Threshold 1: nobody is called. Precision is 0 / 0; by custom the curve starts at 1."
frames.append({"line": 1, "note": nobody, "state": [["TP", 0], ["FP", 0]], "curve": curve})
for p, ill in rows:
    tp, fp = tp + ill, fp + 1 - ill
    curve = [*curve, tp / (tp + fp)]
    note = "**Ill.** Recall rises; precision rises, or stays at 1."
    note = note if ill else "**Well.** A false alarm: precision falls, recall stays."
    state = [["TP", tp], ["FP", fp], ["called down to p", f"{p:.2f}"], ["precision", f"{tp / (tp + fp):.2f}"],
             ["recall", f"{tp / positives:.2f}"], ["false alarm rate", f"{fp / (len(rows) - positives):.2f}"]]  # fmt: skip
    frames.append({"line": 4 if ill else 6, "note": note, "state": state, "curve": curve})

told = f"Twelve patients are called one by one: precision goes from 1 to {curve[-1]:.2f}, recall from 0 to 1."
player("Down with the threshold", code, frames, told, "patients called", "precision")

# %% [markdown] id="report-text" covers="S3-08 S1-06"
# ### A loop that reports both
#
# Precision and recall are no part of the step, but they belong in its report, **both**: one of them alone can be had for
# nothing, by calling everyone, or hardly anyone. Watch the loss and the two scores between epochs 2 and 50.

# %% id="report-both" covers="S3-08 S1-06"
torch.manual_seed(0)
learner = nn.Linear(10, 1)
optimizer = torch.optim.SGD(learner.parameters(), lr=0.5)
print("epoch   val loss   precision   recall   cost (miss 5)")
for epoch in range(1, 101):
    optimizer.zero_grad()
    F.binary_cross_entropy_with_logits(learner(X[train])[:, 0], y[train]).backward()
    optimizer.step()
    if epoch in (1, 2, 5, 10, 20, 50, 100):
        z = logits_of(learner, X[val])  # under no_grad, after the step: nothing here is trained on
        tp, fp, fn, tn = counts(z > 0.0, y_val)
        loss = F.binary_cross_entropy_with_logits(z, y_val).item()
        print(f"{epoch:5d}   {loss:8.3f}   {tp / (tp + fp):9.3f}   {tp / (tp + fn):6.3f}   {5 * fn + fp:13d}")

# %% [markdown] id="about-report" covers="S1-06 S3-08"
# The loss more than halves, and at threshold .5 next to nobody changes sides: the numbers become surer, the decisions
# stay. The scores are steered only through the loss, and follow it at a distance.

# %% [markdown] id="metrics" covers="X-32"
# ## Metrics
#
# ### Does it keep its word?
#
# Good order is one thing: the ill before the well. Whether a `p` of .9 means nine in ten is another, called
# **calibration**. The formula of the prices stands and falls with it. Here is a net of 64 units, trained for 1000
# epochs on 200 made-up patients of which 30 % are ill; on new ones it has a ROC AUC of .79: that share of pairs, one
# ill and one well, is in the right order.

# %% id="do-sure-of-itself"
ask("sure-of-itself")

# %% id="reliability" covers="X-32" folded=true
(X_few, y_few), (X_end, y_end) = people(200, 0.3, seed=10), people(2000, 0.3, seed=12)
net = fit(X_few, y_few, epochs=1000, hidden=64)
line = fit(X_few, y_few, epochs=300)
forecasts = {"net": torch.sigmoid(logits_of(net, X_end)), "linear": torch.sigmoid(logits_of(line, X_end))}

print("bin          net: rows, says, is     linear: rows, says, is")
for b in range(5):
    told = []
    for p in forecasts.values():
        here = (p * 5).long().clamp(max=4) == b
        told.append(f"{int(here.sum()):4d}   {p[here].mean().item():.2f}  {y_end[here].mean().item():.2f}")
    print(f"{b / 5:.1f} to {b / 5 + 0.2:.1f}        {told[0]}              {told[1]}")

# %% [markdown] id="reliability-text" covers="X-32"
# The same as a picture. `model` 0 is the net, 1 the linear one; `bins` says how finely the patients are sorted. What
# happens to the curves with many bins, and why?

# %% id="move-the-bins" covers="X-32" hidden=true
# Run this cell for the sliders. The code is folded away: click to see it.
def reliable(model, bins):
    """What it says, and what is"""
    name, p = list(forecasts.items())[model]
    place, said, found = (p * bins).long().clamp(max=bins - 1), [], []
    for b in range(bins):
        if (place == b).any():
            said.append(p[place == b].mean().item())
            found.append(y_end[place == b].mean().item())
    told = f"{name}: where it says {said[0]:.2f} it is {found[0]:.2f}, where it says {said[-1]:.2f} it is {found[-1]:.2f}."
    picture = chart.lines({"ill, really": found, "if it kept its word": said}, "what it says", "share", told, xs=said)
    return Shown(told, picture)


sliders(reliable, model=(0, 1, 1, 0), bins=(2, 40, 1, 5))

# %% [markdown] id="about-reliability" covers="X-32"
# (With 40 bins few patients are in each, and the curve shakes: no model can be judged finer than its rows allow.)
# This is a **reliability curve**. On the dashed line a model keeps its word. The net's curve is too **flat**: far
# too sure at its upper end. It is **overconfident**, as nets often are that were trained for too long on few rows.
# The linear model stays close.
#
# ### One number for it
#
# The **Brier score** is the mean squared distance between `p` and what happened, 0 or 1. Like cross-entropy it is lowest
# for honest probabilities; unlike it, it never exceeds 1. Always saying the share of the ill, .3, scores .21.

# %% id="do-brier"
ask("brier-of-three", "what-auc-cannot-see")

# %% id="brier-and-auc" covers="X-32" folded=true
print("two scores for four forecasts")
print("model              ROC AUC   Brier")
for name, p in {**forecasts, "net, p halved": forecasts["net"] / 2, "always .30": torch.full((2000,), 0.3)}.items():
    print(f"{name:<16}   {roc_auc_score(y_end, p):7.3f}   {((p - y_end) ** 2).mean().item():.3f}")

# %% [markdown] id="about-brier" covers="X-32"
# Halve every probability: nobody changes place, so the ROC AUC stays, and the Brier score does not. **A good order says
# nothing about honest numbers.**

# %% [markdown] id="write-reliability"
# Write the table: `reliability(p, y, bins)`.

# %% id="do-reliability" exercise="reliability-table"

# %% [markdown] id="temperature-text" covers="X-32"
# ### Cooling
#
# A net that is too sure is mended behind the training, on validation rows: divide all logits by one number, the
# **temperature**. Work out what that does before you use it.

# %% id="do-cool-a-logit"
ask("cool-a-logit", "what-temperature-keeps")

# %% [markdown] id="metrics-key" covers="X-32 S3-08"
# The order stays, and with it the labels at .5, accuracy and ROC AUC; only the sureness changes. One number mends
# one fault: where this net says .5, .31 are ill, and no T moves a .5. That takes a shift as well: see the
# [Experiment](#Experiment), where you find the best temperature.
#
# **Key result.** Which number matters? The **cost**, if you know the prices. Precision *and* recall at your threshold, if
# you have to report without them. ROC AUC for the order, AP where positives are rare, Brier or the loss for honest
# probabilities. And the threshold comes from validation rows, or from the price.

# %% [markdown] id="experiment" covers="X-32"
# ## Experiment
#
# **A temperature for a boaster.** The first cell trains a net of 64 units on 200 patients, for far too long. On new
# patients its order is not bad, but it is much too sure of itself.
#
# - **Start.** The net and its logits on 2000 validation patients, 30 % of them ill. Its loss there is higher than that of
#   always saying .30.
# - **Constraints.** No new training, no change in anyone's order or label. You may divide all logits by one number, the
#   **temperature** T: above 1 it makes the net more modest, below 1 bolder.
# - **Target.** A function that finds, for any logits, a T whose loss is within .001 of the lowest that a T can reach.
# - **Help.** Four hints wait in `hint("temperature")`, from a nudge to almost all of it; `solution("temperature")` comes
#   last.
#
# Turn the knob by hand first. The picture sorts the patients into five groups by what the net says: solid, the share
# of them that is ill; dashed, what it would be if the net kept its word.

# %% id="a-boaster" covers="X-32"
(X_few, y_few), (X_mid, y_mid), (X_end, y_end) = people(200, 0.3, 10), people(2000, 0.3, 11), people(2000, 0.3, 12)
net = fit(X_few, y_few, epochs=1000, hidden=64)
z_mid, z_end = logits_of(net, X_mid), logits_of(net, X_end)

for name, z, truth in [("its 200 patients", logits_of(net, X_few), y_few), ("2000 new patients", z_mid, y_mid)]:
    print(f"{name:<18} loss {F.binary_cross_entropy_with_logits(z, truth).item():.2f}")
print("always saying .30  loss", round(-0.3 * log(0.3) - 0.7 * log(0.7), 2))

# %% id="turn-the-knob" covers="X-32" hidden=true
# Run this cell for the slider. The code is folded away: click to see it.
def bins_of(p, truth, bins=5):
    place = (p * bins).long().clamp(max=bins - 1)
    return [(p[place == b].mean().item(), truth[place == b].mean().item()) for b in range(bins) if (place == b).any()]


def cooled(T):
    """The boaster at temperature T"""
    p = torch.sigmoid(z_mid / T)
    said, found = zip(*bins_of(p, y_mid))
    loss = F.binary_cross_entropy_with_logits(z_mid / T, y_mid).item()
    hits = ((z_mid / T > 0) == (y_mid == 1)).float().mean().item()
    told = f"Loss {loss:.3f}, accuracy {hits:.3f}, ROC AUC {roc_auc_score(y_mid, z_mid / T):.3f}."
    picture = chart.lines({"ill, really": found, "if it kept its word": said}, "what it says", "share", told, xs=said)
    return Shown(told, picture)


sliders(cooled, T=(0.5, 8.0, 0.1, 1.0))

# %% id="do-temperature" exercise="temperature"

# %% [markdown] id="use-temperature" covers="X-32"
# On patients that neither the net nor your search has seen; until your function is there, the cell shows T = 1. (The
# Brier score is the mean squared distance of `p` from 0 or 1.) The last line divides **and** shifts: a linear model
# of one input, the logit, trained on the same patients.

# %% id="after-cooling" covers="X-32"
try:
    T = float(temperature(z_mid, y_mid))
except (NameError, TypeError, ValueError):
    T = 1.0
two = fit(z_mid[:, None], y_mid, epochs=500, lr=0.1)  # a weight (1 / T) and a bias, by the five calls
versions = {"as it was": z_end, f"T = {T:.1f}": z_end / T, "T and a shift": logits_of(two, z_end[:, None])}
print("                loss   Brier   accuracy   cost, miss 1/4, p > .8   cost, miss 9, p > .1")
for name, z in versions.items():
    p = torch.sigmoid(z)
    loss, brier = F.binary_cross_entropy(p, y_end).item(), ((p - y_end) ** 2).mean().item()
    accuracy = ((p > 0.5) == (y_end == 1)).float().mean().item()
    costs = cost_of(p, y_end, 0.8, 0.25), cost_of(p, y_end, 0.1, 9)
    print(f"{name:<13}   {loss:.2f}   {brier:.3f}   {accuracy:8.3f}   {costs[0]:22.0f}   {costs[1]:20.0f}")

# %% [markdown] id="about-cooling" covers="X-32"
# With your T the loss and the Brier score fall, nobody changes sides at .5, and where alarms are dear (a miss costs
# a quarter of one, so `p > .8`) the rule gets much cheaper. Where misses are dear it does not: this net leans to one
# side (where it says .5, about a third is ill), and a T above 1 leaves .5 where it is and draws every lower `p`
# **up**. A temperature mends sureness, not a lean; that takes a second number, the shift (both together are **Platt
# scaling**), and then labels may change.

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("09")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went: the rating decides when the card comes back. The last
# one asks for your own words.

# %% id="do-recall"
ask("09/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("09/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | threshold | a rule behind the model; no weight, logit or loss moves with it |
# | strict, loose | strict: precision up (usually), recall down; loose: the reverse |
# | on logits | probability .5 is logit 0.0; t is ln(t / (1 - t)) |
# | price | cost = miss · FN + FP; with honest probabilities, call if p > 1 / (1 + miss) |
# | dear misses | screening: recall first, low threshold |
# | dear alarms | filters that hide good mail: precision first, high threshold |
# | three sets | train: weights; val: threshold; test: one report |
# | the loss | plain cross-entropy charges both errors alike and balances nothing |
# | `pos_weight` | above 1 recall, below 1 precision; negatives / positives evens out the classes |
# | weight or threshold | weight w lifts logits by about ln w, like the threshold 1 / (1 + w), and costs the probabilities |
# | ROC AUC | share of pairs in the right order; blind to how rare the positives are |
# | PR, AP | precision against recall; its chance level is the share of positives |
# | calibration | where it says .9, nine in ten: reliability curve, Brier score |
# | temperature | divide logits by T, found on validation rows: order stays, sureness changes |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
