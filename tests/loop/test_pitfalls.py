import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lessontools.errors import CourseError, LessonError
from lessontools.loop.demo import Demo
from lessontools.loop.doctor import diagnose
from lessontools.loop.pitfalls import Pitfall, pitfall, pitfalls, read_pitfall

ROOT = Path(__file__).parents[2]
NAMES = list(pitfalls())

GOOD = '''"""A title

symptom: what is
  seen
why: because
cure: do this
finding: grad-not-cleared
level: fact
lesson: 05
covers: S5-34, R-14
"""

history = []
for epoch in range(3):
    history.append(epoch)  # broken
    # cured: history.append(-epoch)
'''


@pytest.fixture(scope="module")
def outcomes():
    """Return a function that runs a variant once for all tests of this module."""
    seen = {}

    def run(name, which):
        if (name, which) not in seen:
            seen[name, which] = pitfall(name).run(which)
        return seen[name, which]

    return run


@pytest.mark.parametrize("name", NAMES)
def test_the_broken_run_shows_what_the_header_says_and_the_cured_one_runs_clean(name, outcomes):
    one, broken, cured = pitfall(name), outcomes(name, "broken"), outcomes(name, "cured")
    assert cured.error == ""
    assert cured.warnings == ()
    assert broken.error.startswith(one.header["error"]) if "error" in one.header else broken.error == ""
    said = [warning for warning in broken.warnings if one.header.get("warning", "-") in warning]
    assert bool(said) == ("warning" in one.header), broken.warnings
    assert len(cured.history) >= 2
    assert broken.error or broken.history != cured.history


@pytest.mark.parametrize("name", NAMES)
def test_the_doctor_finds_this_mistake_and_no_other_and_nothing_in_the_cure(name, outcomes):
    one = pitfall(name)
    broken, cured = (diagnose(outcomes(name, which).trace) for which in ("broken", "cured"))
    sure = {each.code for each in broken if each.level != "hint"}
    assert [each.code for each in cured if each.level != "hint"] == []
    if one.level in ("fact", "strong"):
        assert one.finding in sure
        assert sure <= {one.finding, one.header.get("also")}
        assert {each.level for each in broken if each.code == one.finding} == {one.level}
    else:
        assert sure == set()
    if one.level == "hint":
        assert one.finding in {each.code for each in broken} - {each.code for each in cured}


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_points_at_a_line_of_the_broken_source(name, outcomes):
    one = pitfall(name)
    lines = [line.strip() for line in one.source("broken").splitlines()]
    for finding in diagnose(outcomes(name, "broken").trace):
        for proof in finding.evidence:
            assert not proof.line or lines[proof.line - 1] == proof.code


@pytest.mark.parametrize("name", NAMES)
def test_a_variant_runs_twice_to_the_same_numbers(name, outcomes):
    for which in ("broken", "cured"):
        first, again = outcomes(name, which), pitfall(name).run(which)
        assert (repr(first.history), first.error, first.line) == (repr(again.history), again.error, again.line)


def test_there_are_at_least_32_pitfalls_and_each_title_is_its_own():
    made = [pitfall(name) for name in NAMES]
    assert len(made) >= 32
    assert len({one.title for one in made}) == len(made)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.name) for one in made)
    assert all(re.fullmatch(r"(S\d|R|X)-\d\d", code) for one in made for code in one.covers)


def test_the_files_run_as_they_stand_as_the_broken_variant(tmp_path):
    file = ROOT / "quizzes" / "pitfalls" / "grad-not-cleared.py"
    code = f"import runpy; print(runpy.run_path({str(file)!r})['history'])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ast.literal_eval(found.stdout) == list(pitfall("grad-not-cleared").run("broken").history)


def test_a_run_leaves_random_numbers_gradient_mode_and_warnings_as_they_were():
    torch.manual_seed(7)
    expected = torch.rand(2)
    torch.manual_seed(7)
    pitfall("broadcast-loss").run("broken")
    assert torch.equal(torch.rand(2), expected)
    assert torch.is_grad_enabled()


def test_an_unknown_name_is_told_with_the_nearest_one():
    with pytest.raises(LessonError, match=r"no pitfall 'grad-not-cleard'; did you mean 'grad-not-cleared'\?"):
        pitfall("grad-not-cleard")
    with pytest.raises(LessonError, match=r"no pitfall 3 \(a name is a text, in quotes\)"):
        pitfall(3)
    with pytest.raises(LessonError, match="no variant 'both'; use broken or cured"):
        pitfall("grad-not-cleared").run("both")


def test_both_variants_come_from_one_source():
    one = read_pitfall(GOOD, "a", "a.py")
    assert (one.title, one.symptom) == ("A title", "what is seen")
    assert one.covers == ("S5-34", "R-14")
    assert one.source("broken").endswith("    history.append(epoch)\n")
    assert one.source("cured").endswith("    history.append(-epoch)\n")
    assert one.run("cured").history == (0, -1, -2)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("symptom:", "symptoms:", r"a.py:3: 'symptoms' is no key .*did you mean 'symptom'\?"),
        ("why: because\n", "", "a.py:1: the header lacks why"),
        ("level: fact", "level: sure", "a.py:1: level is one of fact, strong, hint, none"),
        ("level: fact", "level: none", "none where finding is none, else not"),
        ("  # broken\n    # cured: history.append(-epoch)", "", "both variants are the same"),
        ("# cured: history", "# cured: history..", r"a.py: the cured variant is no Python: .* \(its line 3\)"),
        ("history = []", "history = [", r"a.py:\d+: the broken variant is no Python"),
        ('"""', "'''", None),
    ],
)
def test_a_malformed_file_is_told_with_its_line(old, new, message):
    text = GOOD.replace(old, new)
    assert text != GOOD
    if message is None:
        assert isinstance(read_pitfall(text, "a", "a.py"), Pitfall)
        return
    with pytest.raises(CourseError, match=message):
        read_pitfall(text, "a", "a.py")


def test_a_file_without_a_header_is_told():
    with pytest.raises(CourseError, match=r"a\.py:1: no header"):
        read_pitfall("history = [1]\n", "a", "a.py")


def test_the_demo_tells_code_curves_and_cause_in_text_and_html():
    one = pitfall("grad-not-cleared")
    demo = Demo(one, {which: one.run(which) for which in ("broken", "cured")})
    told, page = repr(demo), demo._repr_html_()
    assert re.search(r" cured +optimizer\.zero_grad\(\)", told)
    assert one.symptom in told
    assert page.count("<svg") == 1
    assert ">cured</span>    optimizer.zero_grad()" in page
    assert "--jp-" in page
    assert repr(Demo(one, {which: one.run(which) for which in ("broken", "cured")})) == told


def test_the_demo_numbers_lines_as_the_broken_run_does():
    one = pitfall("second-backward")
    told = repr(Demo(one, {which: one.run(which) for which in ("broken", "cured")}))
    numbered = dict(re.findall(r"^ +(\d+) (?:broken|      ) (.*)$", told, flags=re.M))
    lines = one.source("broken").splitlines()
    assert len(numbered) == 4
    assert all(lines[int(number) - 1] == text for number, text in numbered.items())
    assert re.search(r"^ {6}cured  +logits = model\(X\)$", told, flags=re.M)


def test_a_whole_demo_asks_the_doctor_about_both_runs():
    demo = pitfall("softmax-before-ce").demo()
    assert [each.code for each in demo.findings["broken"]] == ["softmax-before-ce"]
    assert demo.findings["cured"] == []
    assert "softmax-before-ce (fact): " in repr(demo)
    assert "<code>" in demo._repr_html_()
