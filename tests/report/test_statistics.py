"""The class's statistics against numbers worked out by hand, and against numpy on random points."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from lessontools.grading.outcome import State
from lessontools.report.items import item_stats, reliability
from lessontools.report.tally import Pairs, Tally
from tests.report.made import outcome, sheet, subject


def tallied(shares: list[tuple[float, float, float, float]]) -> Tally:
    """Return the tally of students with these shares of pick, sum, name and code."""
    tally = Tally(subject())
    for place, row in enumerate(shares):
        marks = [outcome(name, share) for name, share in zip(("pick", "sum", "name", "code"), row, strict=True)]
        tally.add(sheet(f"S{place}", [*marks[:3], outcome("why", 0.0, state=State.BLANK), marks[3]]))
    return tally


def test_by_hand() -> None:
    # points of pick 1, sum 2, name 1, code 2: totals 6, 4, 1, 3
    tally = tallied([(1, 1, 1, 1), (1, 0.5, 0, 1), (0, 0.5, 0, 0), (0, 0.5, 0, 1)])
    pick, amount, name, why, code = item_stats(tally)
    assert (pick.p, amount.p, name.p, why.p, code.p) == (0.5, 0.625, 0.25, 0, 0.75)
    # pick (1, 1, 0, 0) with the rest (5, 3, 1, 3): covariance 0.5, deviations 0.5 and sqrt(2)
    assert pick.r == pytest.approx(0.5 / (0.5 * math.sqrt(2)))
    assert why.r is None  # the same for all
    assert sorted(tally.totals) == [1, 3, 4, 6]
    known = reliability(tally)
    assert known.name == "Cronbach’s alpha" and known.value is None and "20" in known.why


def test_against_numpy() -> None:
    rng = random.Random(7)
    rows = []
    for _ in range(60):
        skill = rng.random()
        rows.append(tuple(float(rng.random() < skill) for _ in range(4)))
    points = np.array(rows) * [1, 2, 1, 2]
    tally = tallied(rows)
    stats = {each.part.id: each for each in item_stats(tally)}
    for column, name in enumerate(("pick", "sum", "name", "code")):
        rest = points.sum(axis=1) - points[:, column]
        assert stats[name].p == pytest.approx(np.array(rows)[:, column].mean())
        assert stats[name].r == pytest.approx(np.corrcoef(points[:, column], rest)[0, 1])
    alpha = 4 / 3 * (1 - points.var(axis=0).sum() / points.sum(axis=1).var())
    assert tally.total.variance == pytest.approx(points.sum(axis=1).var())
    assert sum(each.pairs.variance for each in tally.items.values()) == pytest.approx(points.var(axis=0).sum())
    assert reliability(tally).value is None  # four parts are too few
    assert alpha < 1


def test_kr_20_is_the_textbook_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lessontools.report.items.ITEMS", 4)
    rng = random.Random(3)
    rows = [tuple(float(rng.random() < 0.2 + place / 60) for _ in range(4)) for place in range(40)]
    tally = tallied(rows)
    scores = np.array(rows) * [1, 2, 1, 2]
    known = reliability(tally)
    assert known.name == "KR-20"
    assert known.value == pytest.approx(4 / 3 * (1 - scores.var(axis=0).sum() / scores.sum(axis=1).var()))


@pytest.mark.parametrize("values", [[], [(1, 1)], [(1, 1), (1, 2)], [(1, 1), (2, 1)], [(0, 0)] * 9, [(3, 1e6)] * 5])
def test_a_correlation_that_there_is_not(values: list[tuple[float, float]]) -> None:
    pairs = Pairs()
    for x, y in values:
        pairs.add(x, y)
    assert pairs.correlation is None


def test_choices_are_counted_and_the_useless_ones_flagged() -> None:
    tally = Tally(subject())
    for place in range(25):
        able = place >= 10
        pick = outcome("pick", float(not able), answer="the weights" if not able else "the *loss*")
        tally.add(sheet(f"S{place:02}", [pick, outcome("sum", float(able)), outcome("name"), outcome("code")]))
    stat = item_stats(tally)[0]
    assert [(each.text, each.count) for each in stat.choices] == [
        ("the weights", 10),
        ("the *loss*", 15),
        ("nothing", 0),
    ]
    assert stat.r is not None and stat.r < 0 and "look at the key" in stat.flags[0]
    assert any("nobody took: “nothing”" in each for each in stat.choice_flags)
    assert any("those who know more take: “the *loss*”" in each for each in stat.choice_flags)


def test_several_choices_are_told_apart_in_one_answer() -> None:
    tally = Tally(subject())
    tally.add(sheet("A", [outcome("pick", 0.5, answer="- the weights\n- nothing")]))
    assert dict(tally.items["pick"].chosen) == {"right": 1, "a": 0, "b": 1}


def test_what_waits_is_no_part_of_the_statistics() -> None:
    tally = Tally(subject())
    tally.add(sheet("A", [outcome("pick"), outcome("why", 0.0, state=State.BLANK, waiting=True, answer="so")]))
    tally.add(sheet("B", [outcome("pick"), outcome("why", 0.0, state=State.BLANK)]))
    why = next(each for each in item_stats(tally) if each.part.id == "why")
    assert (why.waiting, why.p, why.r, why.flags) == (1, None, None, ())
    assert tally.waiting == 1 and tally.objectives["move"].asked == 2


def test_unreadable_and_older_hand_ins_do_not_move_the_numbers() -> None:
    tally = Tally(subject())
    tally.add(sheet("A"))
    tally.add(sheet("B", [outcome(each, 0.0, state=State.UNREADABLE, feedback="no zip") for each in subject().parts]))
    tally.add(
        sheet(
            "C", [outcome("pick"), outcome("sum", 0.0, state=State.MISSING)], remarks=["was made with an older release"]
        )
    )
    assert (tally.students, tally.unreadable, tally.total.n, len(tally.totals)) == (3, 1, 1, 2)
    assert ("B", "UNREADABLE: no zip") in tally.odd and ("C", "was made with an older release") in tally.odd


def test_objectives_and_beliefs_are_counted_by_student() -> None:
    tally = Tally(subject())
    held = outcome("pick", 0.0, beliefs=("stuck", "stuck"), confidence="sure")
    tally.add(sheet("A", [held, outcome("sum", 0.0, beliefs=("stuck",)), outcome("name"), outcome("code")]))
    tally.add(sheet("B"))
    assert (tally.beliefs["stuck"].students, tally.beliefs["stuck"].sure, tally.beliefs["stuck"].names) == (1, 1, ["A"])
    count = tally.objectives["count"]  # A has 3 of 5 points, B has all
    assert (count.asked, count.mastered, count.shares) == (2, 1, pytest.approx(1.6))
