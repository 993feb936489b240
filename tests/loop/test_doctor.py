"""The doctor: silent on right loops of many styles, certain on broken ones, and never at a loss for a trace."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings

import pytest
import torch
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from lessontools.cli import main
from lessontools.loop.doctor import Finding, diagnose, unseen
from lessontools.loop.report import Report
from lessontools.loop.rules.table import HIDES, RULES
from lessontools.loop.rules.words import WORDS
from lessontools.loop.trace import Event, Param, Series, Tally, Trace
from lessontools.loop.watch import watch
from tests.loop import broken_beside, broken_loops, correct_beside, correct_loops

assert broken_beside, correct_beside  # they add to the two tables


def traced(function, level="auto", seed=0):
    """Return the trace of a loop, also of one that raises (an error of its own, not of the recorder's)."""
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with watch(level) as trace:
                kept = function()
        except (RuntimeError, IndexError, ValueError):
            assert trace.error
        else:
            del kept
    assert "trouble" not in trace.counts, trace.tallies["trouble"]
    return trace


def told(trace):
    return {each.code: each.level for each in diagnose(trace)}


@pytest.mark.parametrize("level", ["auto", "close", "cruise"])
@pytest.mark.parametrize("name", correct_loops.LOOPS)
def test_a_right_loop_gets_no_fact_and_no_strong_finding(name, level):
    trace = traced(correct_loops.LOOPS[name], level)
    assert trace.error == ""
    assert [each for each in diagnose(trace) if each.level != "hint"] == []


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", correct_loops.LOOPS)
def test_so_it_is_with_other_data(name, seed):
    assert [e for e in diagnose(traced(correct_loops.LOOPS[name], "auto", seed)) if e.level != "hint"] == []


@pytest.mark.parametrize("level", ["auto", "close"])
@pytest.mark.parametrize("name", broken_loops.LOOPS)
def test_a_broken_loop_is_named(name, level):
    code, function = broken_loops.LOOPS[name]
    assert code in told(traced(function, level))


LEDGER = ("grad-not-cleared", "cleared-before-step", "no-backward", "no-update", "step-before-backward")


@pytest.mark.parametrize("name", [name for name, (code, _) in broken_loops.LOOPS.items() if code in LEDGER[:4]])
def test_what_the_ledger_shows_needs_no_close_look(name):
    code, function = broken_loops.LOOPS[name]
    if name in ("learning_rate_zero",):  # whether weights moved is only looked at closely
        pytest.skip("needs values")
    assert code in told(traced(function, "cruise"))


def test_every_rule_has_words_and_a_loop_that_provokes_it():
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert set(codes) == set(WORDS) == {code for code, _ in broken_loops.LOOPS.values()}
    assert set(HIDES) | {each for many in HIDES.values() for each in many} <= set(codes)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("never_cleared", "optimizer.step()"),
        ("cleared_between", "optimizer.zero_grad()"),
        ("backward_forgotten", "optimizer.step()"),
        ("wrong_layer_size", "loss_fn(model(X), y).backward()"),
    ],
)
def test_evidence_names_the_line(name, line):
    first = diagnose(traced(broken_loops.LOOPS[name][1]))[0]
    assert first.evidence[0].code == line
    assert first.evidence[0].file == "broken_loops.py"
    assert f"line {first.evidence[0].line} (`{line}`)" in first.observation


def test_the_most_certain_comes_first_and_each_code_once():
    for name in ("raw_pixels", "never_cleared", "softmax_layer"):
        levels = [each.level for each in diagnose(traced(broken_loops.LOOPS[name][1]))]
        assert levels == sorted(levels, key=["fact", "strong", "hint"].index)


def test_a_diagnosis_is_the_same_after_a_trip_through_json():
    for code, function in list(broken_loops.LOOPS.values())[::5]:
        trace = traced(function)
        assert diagnose(Trace.from_json(trace.to_json())) == diagnose(trace), code


def test_diagnosing_changes_nothing_and_needs_no_torch():
    trace = traced(broken_loops.LOOPS["never_cleared"][1])
    before = trace.to_json()
    assert diagnose(trace) == diagnose(trace)
    assert trace.to_json() == before
    code = "import sys, lessontools.loop.doctor, lessontools.loop.report; print('torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "False"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10) | st.floats() | st.sampled_from(["Softmax", "nan", "mean", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["0", "1", "x"]), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["id", "value", "params", "empty", "again", "ids", "change", "grad", "lr", "name", "producer", "classes", "in"]
KEYS += ["target", "graph", "noisy", "scale", "optimizer", "lost", "message", "type", "alive", "finite", "expanded"]
KINDS = ["forward", "loss", "backward", "grad", "clear", "step", "update", "error", "grad-mode", "odd"]
EVENTS = st.builds(
    Event,
    st.sampled_from(KINDS),
    st.integers(0, 9),
    st.integers(-1, 20),
    st.sampled_from(["", "<cell>", "a.py"]),
    st.dictionaries(st.sampled_from(KEYS), PLAIN, max_size=6),
)
TALLIES = ["used-again", "empty-step", "cleared-step", "early-step", "leaf-root", "graph-leak", "not-finite"]
TALLIES += ["eval-noisy", "eval-step", "eval-only-step", "eval-graph", "eval-known", "expanded-difference"]
ENTRIES = st.dictionaries(
    st.sampled_from(["name", "params", "steps", "empty", "lost_steps", "trailing", "first_used", "lr"]),
    PLAIN,
    max_size=8,
)
TRACES = st.builds(
    Trace,
    st.lists(st.builds(Param, st.text(max_size=3), st.just((2, 3)), st.sampled_from(["", "Net"])), max_size=3),
    st.lists(ENTRIES, max_size=3),
    st.lists(EVENTS, max_size=8),
    st.dictionaries(st.sampled_from(TALLIES), st.builds(Tally, st.integers(0, 5), st.lists(EVENTS, max_size=2))),
    st.dictionaries(
        st.sampled_from(["loss", "eval-loss", "grad-norm", "update-ratio", "batch"]),
        st.builds(Series, st.lists(st.floats(), max_size=30), st.lists(st.integers(0, 30), max_size=30)),
    ),
    st.just({"a.py": ["x = `1`", "loss.backward()"]}),
    st.dictionaries(st.sampled_from([*KINDS, "training-step", "eval-rows"]), st.integers(0, 9)),
    st.sampled_from(["", "RuntimeError: oops"]),
)


@settings(deadline=None, max_examples=150)
@given(TRACES)
def test_no_trace_makes_the_doctor_raise(trace):
    for each in (trace, Trace.from_json(trace.to_json())):
        found = diagnose(each)
        assert all(isinstance(one, Finding) for one in found)
        assert all(isinstance(note, str) for note in unseen(each))
        report = Report.of(each)
        assert repr(report)
        assert report._repr_html_().count("<article") == len(found)


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_trace_that_was_cut_short_or_has_lost_fields_is_no_trouble(cut):
    data = json.loads(traced(broken_loops.LOOPS["softmax_layer"][1]).to_json())
    data["events"] = data["events"][:cut]
    for each in data["events"][::2]:
        each["data"] = {}
    data["optimizers"] = data["optimizers"][: cut % 2]
    diagnose(Trace.from_json(json.dumps(data)))


def test_what_cannot_be_seen_is_said():
    assert any("by hand" in note for note in unseen(traced(broken_loops.LOOPS["by_hand_never_cleared"][1])))
    assert any("nothing of a training loop" in note for note in unseen(Trace()))
    assert any("few updates" in note for note in unseen(traced(broken_loops.LOOPS["never_cleared"][1])))


def test_the_report_reads_well_as_text_and_as_html():
    report = traced(broken_loops.LOOPS["softmax_layer"][1]).diagnose()
    text, page = repr(report), report._repr_html_()
    assert text.startswith("1 finding: 1 certain.")
    assert "[softmax-before-ce]" in text
    assert all(len(line) <= 140 for line in text.splitlines())
    assert "(certain, softmax-before-ce)" in page  # said in words, not by colour
    assert '<th scope="col">line</th>' in page
    assert "#fff" not in page
    quiet = Report.of(traced(correct_loops.LOOPS["clear_at_start"]))
    assert repr(quiet).startswith("Nothing stands out")


def test_a_report_shows_hostile_names_as_text():
    event = Event("error", 0, 1, "a.py", {"type": "RuntimeError", "message": "size mismatch <script>alert(1)</script>"})
    trace = Trace(events=[event], source={"a.py": ["<b>x</b>"]})
    page = Report.of(trace)._repr_html_()
    assert "<script" not in page
    assert "<b>" not in page


SCRIPT = """
import sys, torch
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=float(sys.argv[1]))
for _ in range(5):
    {clear}
    model(torch.ones(2, 3)).mean().backward()
    optimizer.step()
{end}
"""


@pytest.mark.parametrize(
    ("clear", "end", "code", "said"),
    [
        ("optimizer.zero_grad()", "", 0, "Nothing stands out"),
        ("pass", "", 1, "[grad-not-cleared]"),
        ("optimizer.zero_grad()", "raise KeyError('lost')", 0, "train.py:9: the script raised KeyError: 'lost'"),
        ("optimizer.zero_grad()", "model(torch.ones(2, 4))", 1, "train.py:9: the script raised RuntimeError"),
        ("optimizer.zero_grad()", "sys.exit(3)", 0, "exit code 3"),
    ],
)
def test_a_script_is_diagnosed_from_the_command_line(tmp_path, clear, end, code, said):
    file = tmp_path / "train.py"
    file.write_text(SCRIPT.format(clear=clear, end=end))
    before = (list(sys.argv), list(sys.path))
    shown = CliRunner().invoke(main, ["diagnose", str(file), "--", "0.1"])
    assert shown.exit_code == code, shown.output
    assert said in shown.output
    assert "Traceback" not in shown.output
    assert (list(sys.argv), list(sys.path)) == before


@pytest.mark.parametrize(("text", "said"), [(None, "there is no file"), ("x = = 1", "train.py:1")])
def test_a_script_that_cannot_be_run_has_exit_code_two(tmp_path, text, said):
    file = tmp_path / "train.py"
    if text is not None:
        file.write_text(text)
    shown = CliRunner().invoke(main, ["diagnose", str(file)])
    assert shown.exit_code == 2
    assert said in shown.output


@pytest.mark.parametrize("level", ["auto", "close", "cruise"])
def test_weights_that_moved_in_whatever_way_are_not_called_unmoved(level):
    assert "no-update" not in told(traced(correct_loops.LOOPS["optimizer_of_ones_own"], level))
