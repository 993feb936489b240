"""docs/doctor.md says of each code what the rules say, and of other tools what was measured.

Its two tables are made from the rules and from a result; `python -m tests.loop.test_doctor_docs` refreshes them.
"""

import json
import re
from pathlib import Path

import pytest

from lessontools.loop.rules.table import RULES
from lessontools.loop.rules.words import WORDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "doctor.md"
FIRST = ROOT / "benchmarks" / "results" / "doctor_first_run.json"
RESULT = ROOT / "benchmarks" / "results" / "doctor_peers.json"
REFRESH = "docs/doctor.md is behind: run `python -m tests.loop.test_doctor_docs` and read what changed"
LETTER = {"fact": "F", "strong": "S", "hint": "H"}


def line(*cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def innocent(cause):
    """What looks the same without being a fault: the sentence that a cause has in brackets at its end."""
    return "; ".join(re.findall(r"(?<=[.:] )\(([A-Z][^()]*?)\.?\)", cause)) or "–"


def codes():
    rows = [line("code", "", "title", "seen", "looks the same"), line(*["---"] * 5)]
    for rule in RULES:
        raised = rule.look.__doc__ is None
        seen = "torch raised an error that says so." if raised else " ".join(rule.look.__doc__.split("\n\n")[0].split())
        rows.append(line(f"`{rule.code}`", LETTER[rule.level], rule.title, seen, innocent(WORDS[rule.code][0])))
    return rows


def peers():
    totals = json.loads(RESULT.read_text("utf-8"))["totals"]
    one = next(iter(totals.values()))
    heads = [f"of {one['broken']} broken: names the fault", "by an alarm", "or a consequence"]
    heads += [
        f"of {one['correct']} correct: an alarm",
        "at the top level",
        "could not run",
        "adds, ms a script (median)",
    ]
    rows = [line("", *heads), line(*["---"] * (len(heads) + 1))]
    first = json.loads(FIRST.read_text("utf-8"))["totals"]
    cells = [first["hit or hinted"], first["hit (fact or strong)"], "–", first["correct with a false alarm"]]
    rows.append(line("lessontools, at its first run", *cells, first["correct with a false fact"], 0, "–"))
    for tool, found in totals.items():
        keys = ("named", "named loudly", "named or a consequence", "correct with an alarm", "correct with a top alarm")
        cells = [found[key] for key in (*keys, "could not run")]
        name = f"{tool}, by now" if tool == "lessontools" else tool
        rows.append(line(name, *cells, round(1000 * found["added seconds, median"])))
    return rows


MADE = {"codes": codes, "peers": peers}


def region(page, name):
    found = re.search(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(<!-- /{name} -->)", page, re.DOTALL)
    assert found, f"docs/doctor.md has lost its marks <!-- {name}: ... --> and <!-- /{name} -->"
    return found


@pytest.mark.parametrize("name", MADE)
def test_the_tables_say_what_the_rules_and_the_result_say(name):
    assert region(PAGE.read_text("utf-8"), name)[2].strip().split("\n") == MADE[name](), REFRESH


def test_every_rule_says_what_it_sees():
    for rule in RULES:
        name = getattr(rule.look, "__name__", "")
        assert rule.look.__doc__ or "raised" in getattr(rule.look, "__qualname__", ""), f"{rule.code}: {name} is untold"


def test_every_remark_of_another_tool_is_judged():
    from benchmarks.peers.names import ADVICE, NAMES

    rows = json.loads(RESULT.read_text("utf-8"))["rows"]
    for tool, known in NAMES.items():
        heard = {each["code"] for row in rows[tool] for each in row["said"]}
        assert heard - ADVICE <= set(known), f"{tool}: give these a place in benchmarks/peers/names.py"


def test_what_other_tools_may_name_are_codes_of_ours():
    from benchmarks.peers.names import FAULTS, NAMES

    ours = {rule.code for rule in RULES} | set(FAULTS.values())
    assert {code for known in NAMES.values() for codes in known.values() for code in codes.split()} <= ours


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    for name, make in MADE.items():
        mark = region(page, name)
        page = page[: mark.start(2)] + "\n".join(make()) + "\n" + page[mark.end(2) :]
    PAGE.write_text(page, encoding="utf-8")
