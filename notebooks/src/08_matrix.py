# %% [markdown] id="goal"
# # Confusion matrix: what kind of wrong?
#
# **Goal.** Read four counts, whoever has printed them, and know what an accuracy hides.
#
# **You will be able to**
#
# - read a confusion matrix in any layout, and say which class is the positive one;
# - work out accuracy, precision, recall, specificity and F1 from counts;
# - see through a high accuracy: what would a rule without any skill reach?
# - choose between averages over classes: macro, micro, weighted;
# - say how sure a score is, and divide at the right moment;
# - say what the loss stands in for, and which numbers judge a model that has no classes.
#
# **Out of scope.** Moving the threshold, and losses that prefer one kind of error. Here the labels are as they are.
#
# **Needs.** [Lesson 05](05_order.ipynb), or at least a training loop that you have seen run. &nbsp; **Minutes.** 50 for
# the core, 95 with all that the exit quiz asks about, and some ten more for warm-up and exit quiz.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | two models, the same accuracy | 3 |
# | [Learn](#Learn) | four fields, five scores, and the case of the 98 % | 21 |
# | [Try](#Try) | lines in order, a bug, two functions to write | 17 |
# | [Deep dive](#Deep-dive) | more than two classes, one number for a whole matrix, division at the wrong moment | 20 |
# | [Trace](#Trace) | a real run: where in the loop is the matrix, and does it follow the loss? | 7 |
# | [Experiment](#Experiment) | an open task: three scores, three winners | 20 |
# | [Metrics](#Metrics) | the accuracy to beat, how sure a score is, scores where nothing can be counted | 19 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 50 minutes:** Why, Learn, [Pitfalls](#Pitfalls), Try. It serves the first three aims; Deep dive, Trace and
# Metrics serve the others, and the [Exit quiz](#Exit-quiz) asks about all six. Every way stands alone: run the cell below
# and the one under [Set up](#Set-up), then go where you like. Where a question asks what a cell will print, that cell's
# output is folded away until you run it.

# %% id="tools"
from lessontools import ask, challenge, check, hint, pitfall, progress, review, sliders, solution, strip, watch
from lessontools.explore import chart
from lessontools.explore.axes import paint, svg, text
from lessontools.explore.sliders import Shown

# %% [markdown] id="warm-up"
# ## Warm-up
#
# What is left of the lessons before? Answer from memory first, then look.

# %% id="do-warm-up"
ask("card-loss-accuracy", "card-logits", "card-switches")

# %% [markdown] id="why" covers="S2-02 S3-02"
# ## Why
#
# **Accuracy** is the share of answers that are right. It is the number that everybody asks for, and it is one number for
# a thing that can go wrong in two ways. Does that matter? Commit first.

# %% id="do-two-of-eighty-five"
ask("two-of-eighty-five")

# %% id="count-kinds" covers="R-02 S3-02" folded=true
# what each person is, and what the model called them: four kinds of people, and how many of each
A = ["ill, called ill"] * 40 + ["ill, called well"] * 10 + ["well, called ill"] * 5 + ["well, called well"] * 45
B = ["ill, called ill"] * 35 + ["ill, called well"] * 5 + ["well, called ill"] * 10 + ["well, called well"] * 50

print("a hundred people each")
for name, people in {"A": A, "B": B}.items():
    right = people.count("ill, called ill") + people.count("well, called well")
    missed, alarmed = people.count("ill, called well"), people.count("well, called ill")
    print(f"{name}: right {right}   ill and overlooked {missed}   well and alarmed {alarmed}")

# %% [markdown] id="why-it-matters"
# Same accuracy, and A sends home twice as many ill people as B. In screening that is what counts. In a spam filter it is
# the other kind that hurts: good mail that nobody sees. An **error has a kind**, each kind has its price, and a table
# of four counts keeps the kinds apart. It is called the **confusion matrix**.

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch and scikit-learn are imported here, once, which takes a few seconds. The data for today: 569 tumours with 30
# measurements each, from scikit-learn. A linear model learns on 398 of them. It has one output, a logit: above 0,
# its **threshold**, it calls the label 1, else 0. What it calls the other 171 is `y_hat`, and what they are is `y_true`.

# %% id="import-torch"
from math import sqrt

import torch
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.metrics import (
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)

data = load_breast_cancer()
X, y = torch.tensor(data.data, dtype=torch.float32), torch.tensor(data.target)
train, test = torch.randperm(len(y), generator=torch.Generator().manual_seed(0)).split([398, 171])
X = (X - X[train].mean(dim=0)) / X[train].std(dim=0)  # scaled by what the training rows say

model = nn.Linear(30, 1)
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(50):
    optimizer.zero_grad()
    loss = loss_fn(model(X[train])[:, 0], y[train].float())
    loss.backward()
    optimizer.step()

with torch.no_grad():
    y_true, y_hat = y[test], (model(X[test])[:, 0] > 0.0).long()
print("rows to train on", len(train), "  rows to judge by", len(test), "  labels", sorted(set(y.tolist())))

# %% [markdown] id="learn" covers="S1-04"
# ## Learn
#
# ### Four fields
#
# A model that answers yes or no is **looking for** something: spam, fraud, an illness. What it looks for is the
# **positive** class, pleasant or not; all else is negative. So each answer is one of four. Two words name it: the second
# is what the model *called* it, the first says whether that was right.

# %% id="do-name-the-fields"
ask("name-the-fields")

# %% id="ten-rows" covers="S1-04"
is_ill = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
called = [1, 1, 1, 0, 1, 0, 0, 0, 0, 0]
names = {(1, 1): "TP", (1, 0): "FN", (0, 1): "FP", (0, 0): "TN"}

found = [names[pair] for pair in zip(is_ill, called)]
print(found)
print()
print("           called ill  called well")
print("is ill     TP", found.count("TP"), "       FN", found.count("FN"))
print("is well    FP", found.count("FP"), "       TN", found.count("TN"))

# %% [markdown] id="the-matrix" covers="S1-04"
# That is the confusion matrix. **Rows are what is, columns what was called.** Hits stand on the diagonal. FN are the
# misses, FP the false alarms.
#
# ### As scikit-learn prints it
#
# The corner in which TP stands is a matter of taste. scikit-learn sorts the labels, so 0 comes first. Where are the four
# now?

# %% id="do-read-sklearn"
ask("read-sklearn")

# %% id="by-scikit-learn" covers="S3-04" folded=true
truth = [0] * 60 + [1] * 40
answers = [0] * 50 + [1] * 10 + [0] * 5 + [1] * 35  # the first 60 are 0, the last 40 are 1

print("the matrix, and its fields by name")
print(confusion_matrix(truth, answers))
tn, fp, fn, tp = confusion_matrix(truth, answers).ravel().tolist()
print("TP", tp, "  FP", fp, "  FN", fn, "  TN", tn, "  in all", tp + fp + fn + tn)

# %% [markdown] id="five-scores" covers="S2-03 S2-04 S3-05 S3-06"
# `.ravel()` lays the rows end to end. For the labels 0 and 1 that is TN, FP, FN, TP, a line worth learning by heart.
#
# ### Five questions
#
# Each score is a hit above the line, and below it the group that is asked about:
#
# | score | the question | |
# |---|---|---|
# | accuracy | of all, how many were called right? | (TP + TN) / all |
# | **precision** | of those *called* positive, how many are? | TP / (TP + FP) |
# | **recall** | of those that *are* positive, how many were found? | TP / (TP + FN) |
# | specificity | of those that are negative, how many were left in peace? | TN / (TN + FP) |
# | F1 | precision P and recall R in one number, near the smaller | 2·P·R / (P + R) = 2·TP / (2·TP + FP + FN) |
#
# The models A and B from above, as two web pages report them:

# %% id="do-scores-of-two-pages" covers="S2-03 S2-04 S3-05 R-02"
ask("scores-of-two-pages")

# %% [markdown] id="two-matrices-text" covers="R-02"
# Now both matrices, each as its page prints it: A with the positives first, B as scikit-learn does it. Click the slider
# and push the arrow keys, from score to score. Watch **which fields** a score looks at, and which it never sees.

# %% id="two-matrices" covers="R-02 S2-03 S2-04 S3-04 S3-05" hidden=true
# Run this cell for both matrices. The code is folded away: click to see it.
PAGES = {"A": {"TP": 40, "FN": 10, "FP": 5, "TN": 45}, "B": {"TN": 50, "FP": 10, "FN": 5, "TP": 35}}
HEADERS = {"A": ("is 1", "is 0", "called 1", "called 0"), "B": ("is 0", "is 1", "called 0", "called 1")}
SCORES = [  # name, formula, fields above the line, fields below it, how often the ones above count
    ("accuracy", "(TP + TN) / all", ["TP", "TN"], ["TP", "FN", "FP", "TN"], 1),
    ("precision", "TP / (TP + FP)", ["TP"], ["TP", "FP"], 1),
    ("recall", "TP / (TP + FN)", ["TP"], ["TP", "FN"], 1),
    ("specificity", "TN / (TN + FP)", ["TN"], ["TN", "FP"], 1),
    ("F1", "2·TP / (2·TP + FP + FN)", ["TP"], ["TP", "TP", "FP", "FN"], 2),
]


def page(left, name, above, below):
    counts, (row0, row1, column0, column1) = PAGES[name], HEADERS[name]
    parts = [text(left, 14, f"page {name}", more=' font-weight="700"')]
    parts += [text(left + 66, 34, column0, "middle"), text(left + 132, 34, column1, "middle")]
    parts += [text(left, 66, row0), text(left, 112, row1)]
    for place, (field, count) in enumerate(counts.items()):
        x, y = left + 34 + 66 * (place % 2), 42 + 46 * (place // 2)
        pen = 'stroke="currentColor" stroke-opacity="0.35"'
        if field in above:
            pen = f'stroke-width="4" style="{paint(0)}"'
        elif field in below:
            pen = f'stroke-width="3" stroke-dasharray="6 4" style="{paint(1)}"'
        parts.append(f'<rect x="{x}" y="{y}" width="60" height="40" rx="5" fill="none" {pen}/>')
        parts.append(text(x + 30, y + 25, f"{field} {count}", "middle"))
    return parts


def one_score(score):
    """One score, two matrices"""
    name, formula, above, below, times = SCORES[score]
    told = {}
    for page_name, counts in PAGES.items():
        top, bottom = times * sum(counts[f] for f in above), sum(counts[f] for f in below)
        told[page_name] = f"{top} / {bottom} = {top / bottom:.3f}"
    unseen = [f for f in ("TP", "FN", "FP", "TN") if f not in below]
    never = f" It never sees {' and '.join(unseen)}." if unseen else ""
    words = f"**{name}**, {formula}. A: {told['A']}; B: {told['B']}.{never}"
    alt = f"{name}: above the line {', '.join(above)} (solid), below it {', '.join(dict.fromkeys(below))} (dashed)."
    return Shown(words, svg(136, alt, page(2, "A", above, below) + page(190, "B", above, below)))


sliders(one_score, score=(0, 4, 1, 0))

# %% id="do-thousand-more"
ask("thousand-more-negatives")

# %% id="move-the-counts" covers="S2-04 S3-05 S3-06" hidden=true
# Run this cell for four sliders. The code is folded away: click to see it.
def share(part, whole):
    return part / whole if whole else 0.0


def your_matrix(tp, fn, fp, tn):
    """Your own matrix"""
    values = {
        "accuracy": share(tp + tn, tp + fn + fp + tn),
        "precision": share(tp, tp + fp),
        "recall": share(tp, tp + fn),
        "specificity": share(tn, tn + fp),
        "F1": share(2 * tp, 2 * tp + fp + fn),
        "always 0": share(fp + tn, tp + fn + fp + tn),
    }
    told = ", ".join(f"{name} {value:.2f}" for name, value in values.items())
    table = f"""
| | called 1 | called 0 |
|---|---|---|
| **is 1** | TP {tp} | FN {fn} |
| **is 0** | FP {fp} | TN {tn} |
"""
    return Shown(table, chart.bars(list(values.values()), list(values), "score", told + ".", 0, 1))


sliders(your_matrix, tp=(0, 100, 1, 40), fn=(0, 100, 1, 10), fp=(0, 100, 1, 5), tn=(0, 1100, 5, 45))

# %% [markdown] id="after-counts" covers="S2-02"
# Push `tn` to its right end: accuracy and specificity rise, and the other three do not stir. Now build a matrix with an
# accuracy above .95 and a recall of 0. (One: `tp` 0, `fn` 10, `fp` 0, `tn` 1100.) The last bar is a rule that always
# says 0. It keeps close to the accuracy wherever `tn` is large.

# %% id="do-f1-of-extremes"
ask("f1-of-extremes")

# %% [markdown] id="ninety-eight" covers="S2-10 S2-13 S3-11 S3-15"
# ### The case of the 98 %
#
# A detector of fraud is offered: "accuracy 98 %, recall 12 %". So of a hundred frauds, 88 pass unseen. Is it fit for use?
# For finding fraud, hardly. But how can so many misses go with so many hits? Work out what the two figures give away.

# %% id="do-largest-share"
ask("largest-share-of-fraud")

# %% id="share-of-fraud" covers="R-03 S2-13 S3-15" hidden=true
# Run this cell for the slider. The code is folded away: click to see it.
def ninety_eight(per_cent):
    """10 000 payments, accuracy 98 %, recall 12 %"""
    fraud = 100 * per_cent
    tp, fn = 0.12 * fraud, 0.88 * fraud
    fp = max(0.0, 200 - fn)  # all errors are 200, and the misses are some of them
    values = [1 - (fn + fp) / 10000, 0.12, tp / (tp + fp)]
    names = ["accuracy", "recall", "precision"]
    told = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, values))
    words = f"Fraud {fraud:.0f}: found {tp:.0f}, missed {fn:.0f}. "
    if fn > 200:
        words += f"**Not possible:** even without a false alarm, the accuracy is only {values[0]:.3f}."
    else:
        words += f"False alarms: {fp:.0f}. Precision **{values[2]:.3f}**."
    return Shown(words, chart.bars(values, names, "the same advertisement", told + ".", 0, 1))


sliders(ninety_eight, per_cent=(0.25, 4.0, 0.25, 1.0))

# %% [markdown] id="about-98" covers="R-03 S3-15"
# The slider is the share of fraud, in per cent. From 2.5 on the advertisement is impossible. Below that its two figures
# stay as they are, while the precision goes from .02 to .93. **Two figures do not make a matrix.**
#
# Now a rival enters: a rule that never says fraud.

# %% id="do-never-or-model"
ask("never-or-model")

# %% id="against-never" covers="R-03 X-33" folded=true
print("accuracy against the rule that never says fraud")
print("share   found  missed  false alarms   model   never")
for share_of_fraud in [0.5, 1.0, 2.0, 2.25]:
    fraud = round(100 * share_of_fraud)
    tp, fn = round(0.12 * fraud), round(0.88 * fraud)
    fp = 200 - fn
    model_right, never_right = (tp + 10000 - fraud - fp) / 10000, (10000 - fraud) / 10000
    print(f"{share_of_fraud:4.2f} % {tp:6d} {fn:7d} {fp:13d}   {model_right:.4f}  {never_right:.4f}")

# %% [markdown] id="rule-of-never" covers="R-03 X-33"
# Compared with "never", a detector wins one hit for each true alarm and loses one for each false alarm. So it is ahead
# exactly if **TP > FP**: more than half of its alarms must be right, and recall plays no part. At 2 % the two are level:
# 24 true alarms, 24 false ones. A useful screening test, which alarms ten people to find one ill, has a *lower* accuracy
# than no test at all. That is the **accuracy paradox**: where one class is rare, accuracy rewards whoever ignores it.

# %% [markdown] id="pitfalls"
# ## Pitfalls
#
# Three ways to be wrong about a matrix, each of them without any error message.
#
# ### A matrix against its own headers

# %% id="do-by-its-own-header"
ask("by-its-own-header")

# %% id="wrong-layout" covers="R-01 S2-03" folded=true
printed = torch.tensor([[40, 5], [10, 45]])  # rows: is positive, is negative; columns: called positive, called negative
meant = torch.tensor([[40, 10], [5, 45]])  # 40 TP, 10 FN; 5 FP, 45 TN

print("precision, recall, accuracy")
for name, m in {"broken, as printed:": printed, "cured, as meant:   ": meant}.items():
    precision, recall = m[0, 0] / m[:, 0].sum(), m[0, 0] / m[0].sum()
    print(name, f"{precision:.3f}  {recall:.3f}  {m.diag().sum() / m.sum():.3f}")

# %% [markdown] id="about-layout" covers="R-01"
# A matrix on its side: precision and recall trade places, and the accuracy is none the wiser. Code does it too, with
# `confusion_matrix(y_hat, y)`. **Test:** the sum of a row must be the number that really *are* of that class. You know
# it from the labels, and here the page said 50, not 45.
#
# ### Which class is positive?
#
# Back to the tumours of [Set up](#Set-up), and to a recall of which one would be proud.

# %% id="do-which-class-is-one"
ask("which-class-is-one")

# %% id="positive-class" covers="R-30" folded=true
print("labels and their names:", dict(enumerate(data.target_names.tolist())))
print(confusion_matrix(y_true, y_hat))
print("broken, as it comes:", f"recall {recall_score(y_true, y_hat):.3f}  F1 {f1_score(y_true, y_hat):.3f}")
recall, f1 = recall_score(y_true, y_hat, pos_label=0), f1_score(y_true, y_hat, pos_label=0)
print("cured, pos_label=0: ", f"recall {recall:.3f}  F1 {f1:.3f}")

# %% [markdown] id="about-positive" covers="R-30"
# Recall 1.000, and two tumours were overlooked all the same: the perfect one was the recall of the *benign*. Label
# numbers are an accident of the table; **which class is positive is your decision**, and it belongs next to every
# precision, recall and F1.

# %% [markdown] id="paradox-text" covers="S2-10 S3-11"
# ### Trained into the paradox
#
# So far the paradox was arithmetic. A training loop walks into it by itself.

# %% id="do-paradox-curve"
ask("paradox-curve")

# %% id="pitfall-paradox" covers="S2-10 S3-11 R-03"
pitfall("accuracy-paradox").demo()

# %% [markdown] id="about-paradox" covers="S2-10 S3-11 S3-15"
# The curves show **recall**, for the broken loop and the cured one. Every row counts alike in the loss, so 490 negatives
# outvote 10 positives; the cure lets each positive count 49-fold. It is not free: what it pays in false alarms, a curve
# of recall never shows. No tool can see this fault from the loop, for nothing in it is broken: you have to ask for
# recall, and then for precision.

# %% [markdown] id="try"
# ## Try
#
# First a few lines to put in order, then a bug to find.

# %% id="do-orders"
ask("counts-to-f1", "index-turned")

# %% [markdown] id="try-fields"
# Now write one. `fields(y, y_hat, positive)` counts the matrix, for whichever class is called positive. The card tells
# the task; `hint("matrix-fields")` in a cell of your own helps.

# %% id="do-fields" exercise="matrix-fields"

# %% [markdown] id="try-scores"
# And from counts to scores: `scores(tp, fp, fn, tn)`. Mind the detector that never raises an alarm.

# %% id="do-scores" exercise="scores-from-counts"

# %% [markdown] id="use-scores"
# A check on the two pages that you worked out by hand; until your function is written, the cell says so.

# %% id="your-scores" covers="S2-04 S3-05"
for page_name, counts in {"A": (40, 5, 10, 45), "B": (35, 10, 5, 50)}.items():
    try:
        print(page_name, {name: round(value, 3) for name, value in scores(*counts).items()})
    except (NameError, TypeError, AttributeError):
        print(page_name, "not yet")

# %% [markdown] id="deep-dive" covers="X-33"
# ## Deep dive
#
# ### 1: More than two classes
#
# With ten classes the matrix is 10 × 10, and each class has its own precision, recall and F1: it against all the others.
# Three ways to make one number of them:
#
# - **macro:** the plain mean over the classes;
# - **micro:** add up TP, FP and FN over all classes, then divide once;
# - **weighted:** the mean over classes, each weighted by its number of rows.

# %% id="do-which-average-sees"
ask("which-average-sees")

# %% id="unseen-eights" covers="X-33" folded=true
digits = load_digits()
images, digit = torch.tensor(digits.data, dtype=torch.float32) / 16, torch.tensor(digits.target)
kept = torch.cat([(digit == c).nonzero()[: 24 if c == 8 else 400, 0] for c in range(10)])  # eights are rare here
learn, judge = kept[::2], kept[1::2]

torch.manual_seed(0)
reader = nn.Linear(64, 10)
optimizer = torch.optim.SGD(reader.parameters(), lr=0.5)
for epoch in range(60):
    optimizer.zero_grad()
    nn.functional.cross_entropy(reader(images[learn]), digit[learn]).backward()
    optimizer.step()
with torch.no_grad():
    is_digit, called_digit = digit[judge], reader(images[judge]).argmax(dim=1)

print("ten digits, 823 rows, 12 of them eights")
print("accuracy   ", f"{(is_digit == called_digit).float().mean():.3f}")
for average in ["micro", "weighted", "macro"]:
    print(f"{average:<8} F1", f"{f1_score(is_digit, called_digit, average=average, zero_division=0.0):.3f}")
recalls = recall_score(is_digit, called_digit, average=None)
print("recall by digit:", [f"{r:.2f}" for r in recalls])
print("eights were called:", sorted(called_digit[is_digit == 8].tolist()))

# %% [markdown] id="about-averages" covers="X-33"
# A model that has never found an eight, and three of the four numbers look fine. Micro is not merely close to the
# accuracy, it **is** the accuracy: over all classes, each error is one FP (of the class called) and one FN (of the
# class it is). That holds where each row has one label and no class is left out of the average. Weighted recall is the
# accuracy as well. And mind the name "macro F1": it is the mean of the classes' F1, not the F1 of mean precision and
# mean recall.

# %% id="do-macro-recall"
ask("macro-recall", "average-gap")

# %% [markdown] id="write-averages"
# Write all three, from the matrix alone.

# %% id="do-averages" exercise="class-averages"

# %% [markdown] id="one-number" covers="X-33"
# ### 2: One number for a whole matrix
#
# Two scores use all four counts and cannot be had by ignoring a class. **Balanced accuracy** is the macro recall: for two
# classes, the mean of recall and specificity. **MCC**, Matthews' correlation coefficient, is the correlation between
# what is and what was called: 1 for perfect, 0 for no relation, -1 for always the opposite. In counts:
# $(TP \cdot TN - FP \cdot FN) \,/\, \sqrt{(TP + FP)(TP + FN)(TN + FP)(TN + FN)}$. Do they have to be told which
# class is positive?

# %% id="do-survives-the-swap"
ask("survives-the-swap")

# %% id="mcc-table" covers="X-33 R-30" folded=true
matrices = {
    "page A": (40, 5, 10, 45),
    "page B": (35, 10, 5, 50),
    "98 %, 12 %": (24, 24, 176, 9776),
    "never fraud": (0, 0, 200, 9800),
}
print("matrix        accuracy   F1     balanced   MCC    F1 of the other class")
for name, (tp, fp, fn, tn) in matrices.items():
    truth, answers = [1] * (tp + fn) + [0] * (fp + tn), [1] * tp + [0] * fn + [1] * fp + [0] * tn
    row = [(tp + tn) / len(truth), f1_score(truth, answers, zero_division=0.0)]
    row += [balanced_accuracy_score(truth, answers), matthews_corrcoef(truth, answers)]
    row.append(f1_score(truth, answers, pos_label=0))
    print(f"{name:<12}" + "".join(f"{value:9.3f}" for value in row))

# %% [markdown] id="about-mcc" covers="X-33 R-30"
# By F1 page A leads (.842 to .824), by balanced accuracy page B does, by a hair. And look at the last column: "never
# fraud" has an F1 of .99, if somebody takes honest payments for the positive class. Where MCC has 0 below the line, as for
# "never", scikit-learn says 0.
#
# ### 3: Scores over batches
#
# A loop sees a test set in batches. May scores be averaged over batches, at least if all batches are equally large?

# %% id="do-batch-precision"
ask("batch-precision")

# %% id="batches-of-fraud" covers="X-35 R-03" folded=true
truth = torch.tensor([1] * 200 + [0] * 9800)
answers = torch.tensor([1] * 24 + [0] * 176 + [1] * 24 + [0] * 9776)
order = torch.randperm(10000, generator=torch.Generator().manual_seed(0))
batches = list(zip(truth[order].split(100), answers[order].split(100)))

tp, alarms = sum(int((t & a).sum()) for t, a in batches), sum(int(a.sum()) for _, a in batches)
each = [int((t & a).sum()) / int(a.sum()) if a.any() else 0.0 for t, a in batches]
print("10 000 payments, 100 batches of 100")
print("accuracy, mean of 100 batches: ", round(sum((t == a).float().mean().item() for t, a in batches) / 100, 3))
print("precision, mean of 100 batches:", round(sum(each) / 100, 3))
print("precision, counted:            ", round(tp / alarms, 3))
print("batches without a single alarm:", sum(not a.any() for _, a in batches))

few = [0, 2, 2, 0]  # a batch of a problem with three classes, in which class 1 happens to be missing
print("matrix of such a batch:        ", confusion_matrix(few, few).shape)
print("with labels=[0, 1, 2]:         ", confusion_matrix(few, few, labels=[0, 1, 2]).shape)

# %% [markdown] id="about-batches" covers="X-35"
# **Count first, divide last.** Accuracy survives equal batches, since it divides by rows. Precision divides by alarms,
# and more than half of the batches have none. So a loop adds up **counts**, four integers, and divides once at the end
# of the epoch. And where a batch may lack a class, tell `confusion_matrix` the `labels`: it knows only those that it
# sees, and its matrices of two batches may not fit together.

# %% [markdown] id="trace" covers="S1-05"
# ## Trace
#
# ### Where in the loop is the matrix?
#
# Think of a training loop that also counts how many malignant tumours it finds. Before you run anything:

# %% id="do-lines-not-told"
ask("lines-not-told")

# %% id="count-in-the-loop" covers="S1-05" folded=true
ill = (y == 0).float()[:, None]  # decided once, at the start: positive means malignant


def two_epochs(counting):
    torch.manual_seed(0)
    model = nn.Linear(30, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(2):
        optimizer.zero_grad()
        logits = model(X[train])
        loss = loss_fn(logits, ill[train])
        loss.backward()
        optimizer.step()
        if counting:
            called = logits > 0.0
            found = (called & (ill[train] == 1)).sum()
            print("found", int(found), " recorded: logits", logits.requires_grad, " called", called.requires_grad)
    return model.weight


print("two epochs with counting, two without")
print("the same weights to the last digit:", torch.equal(two_epochs(True), two_epochs(False)))

# %% [markdown] id="strip-text" covers="S1-05"
# The same loop watched, as a strip: each line that changed something, and what.

# %% id="strip-of-the-loop" covers="S1-05"
torch.manual_seed(0)
model = nn.Linear(30, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

with watch() as trace:
    for epoch in range(2):
        optimizer.zero_grad()
        logits = model(X[train])
        loss = loss_fn(logits, ill[train])
        loss.backward()
        optimizer.step()
        called = logits > 0.0
        found = (called & (ill[train] == 1)).sum()
strip(trace)

# %% [markdown] id="about-strip" covers="S1-05"
# The last two lines of the loop are missing in the picture. They threshold and count, and nothing in the training hangs
# on them. The matrix is made **beside** the loop. What the optimizer follows is the loss, a stand-in that has slopes.
#
# ### Does the matrix follow the loss?
#
# A hundred epochs, and each time the four counts on the 171 test rows. (We look at them only; nothing is chosen by them.)

# %% id="loss-and-matrix" covers="S1-05 S2-02"
torch.manual_seed(0)
model = nn.Linear(30, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
print("epoch   loss on test rows   TP  FP  FN   TN   accuracy")
for epoch in range(1, 101):
    optimizer.zero_grad()
    loss_fn(model(X[train]), ill[train]).backward()
    optimizer.step()
    if epoch in (1, 2, 5, 10, 20, 30, 50, 100):
        with torch.no_grad():
            logits = model(X[test])
            loss = loss_fn(logits, ill[test])
        tn, fp, fn, tp = confusion_matrix(ill[test][:, 0], (logits > 0.0)[:, 0]).ravel().tolist()
        print(f"{epoch:5d}   {loss.item():17.3f}   {tp}  {fp:2d}  {fn:2d}  {tn:3d}   {(tp + tn) / 171:.3f}")

# %% id="do-loss-falls"
ask("loss-falls-misses-rise")

# %% [markdown] id="trace-end" covers="S1-05 S2-02"
# Epoch 1 to 100: a lower loss, and a better matrix. On the whole the stand-in does its work. But from epoch 5 to 50 the
# loss falls by more than half, while the misses go from 1 to 3: rows near the threshold change sides, and the loss adds
# up all rows, not yours. If one field matters most, **look at that field**.

# %% [markdown] id="experiment"
# ## Experiment
#
# **Three winners.** A competition is judged by one score. Does it matter by which? Make three models, by their counts
# alone, so that each score crowns another one.
#
# - **Start.** Three models `(tp, fp, fn, tn)` that are all the same.
# - **Constraints.** All were tried on the same 1000 rows, 100 of them positive. Each finds at least 10 of these.
# - **Target.** A has the best accuracy, B the best balanced accuracy (the mean of recall and specificity), C the best F1,
#   each at least .02 ahead of the second.
# - **Help.** Four hints wait in `hint("three-winners")`, from a nudge to almost all of it; `solution("three-winners")`
#   comes last.
#
# The table shows where your three stand, as often as you run it. Change the numbers there first.

# %% id="standings"
mine = {"A": (60, 40, 40, 860), "B": (60, 40, 40, 860), "C": (60, 40, 40, 860)}

print("model   rows  positives   accuracy   balanced   F1")
for name, (tp, fp, fn, tn) in mine.items():
    balanced, f1 = (tp / (tp + fn) + tn / (tn + fp)) / 2, 2 * tp / (2 * tp + fp + fn)
    print(f"{name}       {tp + fp + fn + tn}  {tp + fn:9d}   {(tp + tn) / 1000:8.3f}   {balanced:8.3f}   {f1:.3f}")

# %% id="do-three-winners" exercise="three-winners"

# %% [markdown] id="metrics" covers="X-33"
# ## Metrics
#
# ### The accuracy to beat
#
# A score is good or bad only beside a **baseline**: what would a rule reach that looks at nothing?

# %% id="do-baseline-of-cancer"
ask("baseline-of-cancer")

# %% [markdown] id="write-baseline"
# Write it for any number of classes. A fair rule knows the training rows only.

# %% id="do-baseline" exercise="plain-baseline"

# %% [markdown] id="how-sure" covers="X-35"
# ### How sure is a score?
#
# A hundred rows are a sample. Another hundred would give another accuracy. How different?

# %% id="do-interval-of-85"
ask("interval-of-85")

# %% id="thousand-trials" covers="X-35" folded=true
torch.manual_seed(0)
print("one model, right for 85 % of all people, 10 000 trials")
for rows in [25, 100, 400, 10000]:
    measured = torch.distributions.Binomial(rows, torch.tensor(0.85)).sample((10000,)) / rows
    low, high = measured.quantile(0.025).item(), measured.quantile(0.975).item()
    formula = 2 * sqrt(0.85 * 0.15 / rows)
    print(f"{rows:5d} rows: 95 of 100 trials from {low:.3f} to {high:.3f};  formula: .85 ± {formula:.3f}")

# %% [markdown] id="about-interval" covers="X-35"
# The formula is ± 2 · √(p · (1 - p) / n). Four times the rows halve it. So a difference of two points on a hundred
# rows is nothing yet. (Rows must not repeat each other: ten pictures of one patient are hardly more than one row.) And
# what is n? Not always the number of rows.

# %% id="do-whose-rows"
ask("whose-rows")

# %% id="perfect-precision" covers="X-35"
alarms = int((y_hat == 0).sum())  # called malignant
precision = precision_score(y_true, y_hat, pos_label=0)
print("alarms on the test rows:", alarms, "  precision:", round(precision, 3))
print("by the formula: ±", round(2 * sqrt(precision * (1 - precision) / alarms), 3))
print("false alarms may still be as common as", round(1 - 0.05 ** (1 / alarms), 3), "  3 / n is", round(3 / alarms, 3))

# %% [markdown] id="about-perfect" covers="X-35"
# A perfect precision, by the formula "± 0": there it fails, since nobody is sure after so few alarms. Where no error was
# seen in n cases, errors may be as common as **3 / n**, the rule of three; were they more common, one would have
# shown in over 95 of 100 trials. A score of 1.000 in a report is a reason to ask for n.
#
# ### Nothing to count
#
# A model that forecasts a temperature answers with a number: a **regressor**. It has no classes, hence no matrix and no
# accuracy. There one measures the misses:
#
# - **MAE**, the mean absolute error: by how much is it off, in the target's own unit?
# - **RMSE**, the root of the mean squared error: the same unit, and large misses are charged more;
# - **$R^2$**, one minus the model's squared error over that of always naming the mean: a built-in baseline.

# %% id="do-mae-or-rmse"
ask("mae-or-rmse", "r2-from-errors")

# %% id="three-regressors" covers="X-34"
diabetes = load_diabetes()
table, target = torch.tensor(diabetes.data, dtype=torch.float32), torch.tensor(diabetes.target, dtype=torch.float32)
order = torch.randperm(len(target), generator=torch.Generator().manual_seed(0))
learn, judge = order[:300], order[300:]
table = torch.cat([table, torch.ones(len(table), 1)], dim=1)  # a column of ones serves as the bias
weights = torch.linalg.lstsq(table[learn], target[learn, None]).solution[:, 0]

answers = {
    "always 100": torch.full((len(judge),), 100.0),
    "mean of training": target[learn].mean().expand(len(judge)),
    "linear": table[judge] @ weights,
}
print("rule               MAE    RMSE     R2")
for name, y_hats in answers.items():
    miss = y_hats - target[judge]
    around_mean = ((target[judge] - target[judge].mean()) ** 2).mean()
    r2 = (1 - (miss**2).mean() / around_mean).item()
    print(f"{name:<17} {miss.abs().mean().item():5.1f}   {(miss**2).mean().sqrt().item():5.1f}  {r2:6.3f}")

# %% [markdown] id="about-regression" covers="X-34"
# $R^2$ has no floor at 0: "always 100" is worse than the mean. And the training rows' mean scores a little **below** 0 on
# test rows, since the yardstick there is the test rows' own mean, which no model may know.
#
# **Key result.** The loss for the optimizer; the four counts for you; each score with its positive class, its baseline and
# its n. Where nothing can be counted, MAE or RMSE in the target's unit, and $R^2$ for the comparison with the mean.

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("08")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went: the rating decides when the card comes back. The last
# one asks for your own words.

# %% id="do-recall"
ask("08/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("08/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | matrix | rows are what is, columns what was called; test it: a row's sum is the number that are of that class |
# | scikit-learn | `confusion_matrix(y, y_hat)`, truth first; `.ravel()` gives TN, FP, FN, TP if 1 is positive |
# | positive | what you look for; your decision (`pos_label`), told with every precision, recall and F1 |
# | precision, recall | TP / all *called* positive; TP / all that *are* positive |
# | specificity, F1 | TN / all that are negative; 2·TP / (2·TP + FP + FN), blind to TN |
# | accuracy | beside the share of the commonest class, or not at all |
# | 98 % and 12 % | fraud is at most 2.27 %; a detector beats "never" only if TP > FP |
# | several classes | micro is the accuracy, weighted leans to common classes, macro sees a lost one |
# | all four counts | balanced accuracy (.5 without skill), MCC (0 without skill) |
# | over batches | add up counts, divide once |
# | how sure | ± 2 · √(p · (1 - p) / n), n from below the line; none seen in n: up to 3 / n |
# | no classes | MAE, RMSE in the target's unit; $R^2$ = 0 is the mean, below 0 is worse |
# | the loop | follows the loss, which stands in; the matrix is counted beside it |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
