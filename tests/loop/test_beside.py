"""What stands beside the five calls: averages and who holds them, clipping, schedules; and a finding's place."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD, lr_scheduler

from lessontools.errors import LessonError
from lessontools.loop import schedules
from lessontools.loop.averages import BATCHES, LAST, ROWS, SHRUNK, Averages, equals, formulas
from lessontools.loop.doctor import diagnose, unseen
from lessontools.loop.links import address, place_of
from lessontools.loop.report import Report
from lessontools.loop.trace import Trace
from lessontools.loop.watch import watch
from tests.loop import broken_beside
from tests.loop.correct_loops import data, mlp

BATCHED = st.lists(st.tuples(st.floats(0.01, 100), st.integers(1, 64)), min_size=2, max_size=20)


@given(BATCHED)
def test_formulas_are_what_they_are_called_and_told_apart_from_the_right_one(values):
    found, rows = formulas(values), sum(n for _, n in values)
    right = sum(mean * n for mean, n in values) / rows
    assert equals(found[ROWS], right)
    for name, one in found.items():
        assert name == ROWS or abs(one - right) > 1e-3 * right
    if len({n for _, n in values}) == 1:
        assert BATCHES not in found  # equal batches: both are the same


def test_one_batch_or_none_has_no_formula():
    assert formulas([]) == formulas([(0.5, 8)]) == {}
    assert formulas([(math.nan, 8), (1.0, 4)]) == {}


@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1), st.integers(1, 8)), max_size=300))
def test_averages_stay_small(notes):
    averages = Averages(Trace())
    for line, mean, rows in notes:
        averages.note(("a.py", line), "mean", mean, rows)
    assert len(averages.streams) <= 16
    averages.settle(0, {})
    assert averages.streams == {}


def test_two_data_sets_evaluated_at_one_line_are_kept_apart():
    trace = Trace()
    averages = Averages(trace)
    for mean, rows in ((0.5, 8), (1.0, 2), (0.1, 8), (0.9, 4)):
        averages.note(("a.py", 3), "mean", mean, rows)
    averages.settle(1, {"train": 0.75, "val": 0.5})
    found = [each.data["found"] for each in trace.tallies["average"].examples]
    assert found == [{"train": BATCHES}, {"val": BATCHES}]


def evaluated(average, told, rows=70):
    """Return the trace of a loop whose evaluation's average is only told, not kept in a variable."""
    torch.manual_seed(0)
    (X, y), model = data(rows), mlp()
    y[64:] = (y[64:] + 1) % 3
    optimizer = SGD(model.parameters(), lr=0.5)

    def evaluate():
        with torch.no_grad():
            parts = [(F.cross_entropy(model(X[r]), y[r]).item(), len(r)) for r in torch.arange(rows).split(64)]
        return average(parts)

    with watch() as trace:
        for _ in range(3):
            optimizer.zero_grad()
            F.cross_entropy(model(X), y).backward()
            optimizer.step()
            told(trace, evaluate())
    assert "trouble" not in trace.counts, trace.tallies["trouble"]
    return trace


def of_batches(parts):
    return sum(mean for mean, _ in parts) / len(parts)


def of_rows(parts):
    return sum(mean * n for mean, n in parts) / sum(n for _, n in parts)


def last(parts):
    return parts[-1][0]


def shrunk(parts):
    return sum(mean for mean, _ in parts) / sum(n for _, n in parts)


@pytest.mark.parametrize(("average", "said"), [(of_batches, BATCHES), (shrunk, SHRUNK), (last, LAST)])
def test_a_number_that_is_reported_is_compared_with_each_formula(average, said):
    trace = evaluated(average, lambda trace, value: trace.report(value, "validation"))
    finding = next(each for each in diagnose(trace) if each.code == "metric-averaging")
    assert "`validation` is" in finding.observation
    assert finding.evidence[0].text.startswith(said)
    assert diagnose(Trace.from_json(trace.to_json())) == diagnose(trace)


@pytest.mark.parametrize("told", [lambda trace, value: trace.report(value), lambda trace, value: None])
def test_the_right_mean_and_a_mean_that_nobody_holds_are_no_finding(told):
    trace = evaluated(of_rows, told)
    assert "metric-averaging" not in [each.code for each in diagnose(trace)]


def test_a_mean_that_is_only_printed_is_said_to_be_unseen():
    trace = evaluated(of_batches, lambda trace, value: None)
    assert "metric-averaging" not in [each.code for each in diagnose(trace)]
    assert any("trace.report(number)" in note for note in unseen(trace))


def test_equal_batches_have_nothing_to_report():
    trace = evaluated(of_batches, lambda trace, value: trace.report(value), rows=128)
    assert "metric-averaging" not in [each.code for each in diagnose(trace)]


def test_only_a_number_can_be_reported_and_not_without_end():
    trace = Trace()
    with pytest.raises(LessonError, match="takes one number, not str"):
        trace.report("low")
    trace.report(torch.tensor(0.5))
    for number in range(1000):
        trace.report(number)
    assert len(trace.reports) == 256


def test_a_large_difference_of_a_ragged_last_batch_is_a_fact_and_a_small_one_a_hint():
    large = evaluated(of_batches, lambda trace, value: trace.report(value))
    assert {e.code: e.level for e in diagnose(large)}["metric-averaging"] == "fact"
    trace = Trace()
    small = Averages(trace)
    for mean, rows in ((0.500, 64), (0.512, 6)):
        small.note(("a.py", 3), "mean", mean, rows)
    small.settle(1, {"loss": 0.506})
    trace.counts["step"] = 1
    assert {e.code: e.level for e in diagnose(trace)}["metric-averaging"] == "hint"


def test_every_scheduler_of_torch_is_seen_once_a_step_and_never_when_made():
    model = nn.Linear(1, 1)
    optimizer = SGD(model.parameters(), lr=1.0)
    makes = [
        lambda: lr_scheduler.ExponentialLR(optimizer, 0.5),
        lambda: lr_scheduler.ReduceLROnPlateau(optimizer),
        lambda: lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 5),
        lambda: lr_scheduler.OneCycleLR(optimizer, 1.0, 10),
        lambda: lr_scheduler.SequentialLR(
            optimizer, [lr_scheduler.ConstantLR(optimizer), lr_scheduler.ExponentialLR(optimizer, 0.9)], [2]
        ),
        lambda: lr_scheduler.ChainedScheduler(
            [lr_scheduler.ConstantLR(optimizer), lr_scheduler.ExponentialLR(optimizer, 0.9)]
        ),
    ]
    own = [vars(owner)["step"] for owner in schedules.OWNERS]
    for make in makes:
        with watch() as trace:
            scheduler = make()
            assert trace.counts.get("schedule", 0) == 0
            for _ in range(4):
                model(torch.ones(1, 1)).sum().backward()
                optimizer.step()
                optimizer.zero_grad()
                scheduler.step(*[1.0] * isinstance(scheduler, lr_scheduler.ReduceLROnPlateau))
        assert trace.counts["schedule"] == 4, type(scheduler).__name__
        assert "trouble" not in trace.counts
    assert [vars(owner)["step"] for owner in schedules.OWNERS] == own  # all is taken away again


def test_a_watched_clipping_does_what_it_does_and_is_told_with_its_line():
    torch.manual_seed(0)
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    norms = []
    with watch() as trace:
        for _ in range(3):
            optimizer.zero_grad()
            F.cross_entropy(model(X), y).backward()
            norms.append(float(clip_grad_norm_(model.parameters(), 0.05)))
            optimizer.step()
    clips = list(trace.of("clip"))
    assert len(clips) == 3
    assert "clip_grad_norm_" in trace.code(clips[0])
    assert clips[0].data["max"] == 0.05
    assert set(clips[0].data["params"].values()) == {"fresh"}
    steps = [math.hypot(*e.data["grad"].values()) for e in trace.of("step")]
    assert all(norm > 0.05 for norm in norms)
    assert steps == pytest.approx([0.05] * 3, rel=1e-3)


def course(root):
    """Return a small course in a folder: one belief with a link, two lessons, and a pitfall of each kind."""
    (root / "notebooks" / "src").mkdir(parents=True)
    (root / "quizzes" / "pitfalls").mkdir(parents=True)
    beliefs = "misconceptions:\n  - id: known\n    belief: x\n    link: 05_order#here\n"
    beliefs += "  - id: planned\n    link: 07_later#there\n"
    (root / "quizzes" / "misconceptions.yaml").write_text(beliefs)
    for name, finding in (("first-kind", "shown"), ("known", "known")):
        (root / "quizzes" / "pitfalls" / f"{name}.py").write_text(
            f'"""T\n\nfinding: {finding}\nlesson: 05\n"""\nx = 1\n'
        )
    (root / "notebooks" / "src" / "03_early.py").write_text('# %% id="early"\npitfall("first-kind").demo()\n')
    text = '# %% [markdown] id="why"\n# Why\n# %%\npitfall("first-kind").demo()\n'
    (root / "notebooks" / "src" / "05_order.py").write_text(text)
    return root


def test_a_finding_is_explained_where_the_course_at_hand_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("LESSONTOOLS_COURSE", str(course(tmp_path)))
    assert place_of("known") == "05_order#here"
    assert place_of("shown") == "05_order#why"  # the lesson that the pitfall belongs to goes first
    assert place_of("planned") == ""  # its lesson is not there yet
    assert place_of("nobody") == ""
    assert address("05_order#here") == "05_order.ipynb#cell-id=here"
    assert address("05_order.ipynb#A-heading") == "05_order.ipynb#A-heading"
    assert address("05_order") == "05_order.ipynb"


def test_the_report_links_to_the_lesson(tmp_path, monkeypatch):
    root = course(tmp_path)
    beliefs = root / "quizzes" / "misconceptions.yaml"
    beliefs.write_text(beliefs.read_text().replace("id: known", "id: clip-before-backward"))
    monkeypatch.setenv("LESSONTOOLS_COURSE", str(root))
    with watch() as trace:
        broken_beside.clipped_after_clearing()
    report = Report.of(trace)
    assert report.findings[0].link == "05_order#here"
    assert 'href="05_order.ipynb#cell-id=here"' in report._repr_html_()
    assert "notebooks/05_order.ipynb#cell-id=here" in repr(report)
