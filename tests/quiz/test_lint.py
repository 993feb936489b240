"""The linter: each rule fires on a planted fault, on its very line, and is silent on a good bank."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lessontools.quiz.bank import Bank, read_bank
from lessontools.quiz.lint import RULES, lint
from lessontools.quiz.lint.balance import tail
from tests.quiz.planted import GOOD, Plant, read_plants

PLANTS = read_plants("plants.yaml")
ACROSS = {"one-kind", "longest-keys", "key-position", "true-false", "several-same-count"}  # proven one by one below
# what one fault brings with it: a stray objective leaves another one short, numbers as choices differ in order too
ALONG = {
    "unknown-lesson": {"few-items"},
    "unknown-objective": {"few-items"},
    "duplicate-in-course": {"few-items", "unknown-objective"},
    "duplicate-choices": {"unsorted-numbers"},
    "grammar-clue": {"no-task"},
    "double-negative": {"negative-stem"},
}


def rules_of(bank: Bank) -> list[str]:
    return [fault.rule for fault in lint(bank)]


def with_questions(folder: Path, *questions: str) -> Bank:
    shutil.copytree(GOOD, folder, dirs_exist_ok=True)
    path = folder / "quizzes" / "01_loop.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "".join(questions), encoding="utf-8")
    return read_bank(folder)


def choice(number: int, *texts: str, key: int = 0, shuffle: bool = True) -> str:
    rows = "".join(
        f"      - {{id: c{n}, text: '{text}', {'right: true' if n == key else 'reason: slip'}, feedback: "
        f"'Reason number {n} of this question, which says why it is so.'}}\n"
        for n, text in enumerate(texts)
    )
    return (
        f"  - id: generated-{number}\n    kind: choice\n    objectives: [say-what-runs]\n    why: So it is.\n"
        f"    stem: What is thing {'abcdefghijklmnopqrstuvwxyz'[number] * 3} number {number}?\n"
        f"    shuffle: {'true' if shuffle else 'false'}\n    choices:\n{rows}"
    )


def test_a_good_bank_has_no_faults_at_all():
    bank = read_bank(GOOD)
    assert bank.faults == []
    assert lint(bank) == []
    assert len({item.question.kind for item in bank.items.values()}) == 12  # and it holds every kind


def test_every_rule_is_proven_on_a_planted_fault():
    assert {plant.rule for plant in PLANTS} | ACROSS == {rule.name for rule in RULES}


def test_every_rule_has_its_own_name_one_function_and_a_cure():
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert rule.cure and (rule.each is None) != (rule.whole is None), rule.name
        assert (rule.each or rule.whole).__doc__, rule.name


@pytest.mark.parametrize("plant", PLANTS, ids=[f"{n}-{plant.rule}" for n, plant in enumerate(PLANTS)])
def test_a_planted_fault_is_told_there_and_nothing_else_is(plant: Plant, tmp_path: Path):
    bank, file, line = plant.bank(tmp_path)
    assert bank.faults == []
    faults = lint(bank)
    told = [fault for fault in faults if fault.rule == plant.rule]
    assert [(fault.file, fault.line) for fault in told] == [(file, line)]
    rule = next(rule for rule in RULES if rule.name == plant.rule)
    assert told[0].warning is rule.warning and told[0].cure == rule.cure and told[0].message
    assert {fault.rule for fault in faults} - {plant.rule} <= ALONG.get(plant.rule, set())


def test_an_unknown_id_comes_with_the_nearest_known_one(tmp_path: Path):
    plant = next(plant for plant in PLANTS if plant.rule == "unknown-objective")
    bank, _, _ = plant.bank(tmp_path)
    assert any("did you mean 'work-out-a-step'?" in fault.message for fault in lint(bank))


def test_exercises_count_for_objectives_and_misconceptions(tmp_path: Path):
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    words, course = tmp_path / "quizzes" / "misconceptions.yaml", tmp_path / "quizzes" / "course.yaml"
    words.write_text(words.read_text() + "  - {id: in-code, belief: b, truth: t, link: a#b}\n")
    course.write_text(course.read_text() + "      - {id: write-a-loop, text: write a loop}\n")
    bank = read_bank(tmp_path)
    assert rules_of(bank) == ["few-items", "misconception-never-used"]
    once = lint(bank, {"in-code"}, ["write-a-loop"] * 4)
    assert [fault.rule for fault in once] == ["one-kind", "misconception-hit-once"]
    assert lint(bank, ["in-code", "in-code"], ["say-what-runs"]) == [f for f in lint(bank) if f.rule == "few-items"]


def test_an_objective_asked_by_recognising_only_is_told(tmp_path: Path):
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    course, loop = tmp_path / "quizzes" / "course.yaml", tmp_path / "quizzes" / "01_loop.yaml"
    course.write_text(course.read_text() + "      - {id: pick-only, text: picked only}\n")
    text = loop.read_text()
    for name in ("What does", "Tick the", "Match each"):
        text = text.replace(
            f"objectives: [say-what-runs]\n    stem: {name}",
            f"objectives: [say-what-runs, pick-only]\n    stem: {name}",
        )
    loop.write_text(text)
    faults = {fault.rule: fault for fault in lint(read_bank(tmp_path))}
    assert set(faults) == {"few-items", "one-kind"}
    assert faults["one-kind"].line == 17
    assert "recall or construction" in faults["one-kind"].message


@pytest.mark.parametrize("shuffle", [True, False])
def test_keys_in_one_place_are_told_only_where_the_screen_keeps_the_order(tmp_path: Path, shuffle: bool):
    bank = with_questions(tmp_path, *(choice(n, "mole", "bird", "fish", shuffle=shuffle) for n in range(8)))
    assert ("key-position" in rules_of(bank)) is not shuffle


def test_keys_in_all_places_are_no_fault(tmp_path: Path):
    bank = with_questions(tmp_path, *(choice(n, "mole", "bird", "fish", key=n % 3, shuffle=False) for n in range(12)))
    assert "key-position" not in rules_of(bank)


def test_keys_that_are_longest_too_often_are_told_with_their_names(tmp_path: Path):
    long = with_questions(tmp_path / "a", *(choice(n, "long mole", "a bird", "fish") for n in range(9)))
    fault = next(fault for fault in lint(long) if fault.rule == "longest-keys")
    assert "generated-0" in fault.message and fault.line == long.items["generated-0"].line + 6
    even = with_questions(tmp_path / "b", *(choice(n, "long mole", "a bird", "fish", key=n % 3) for n in range(9)))
    assert "longest-keys" not in rules_of(even)


def test_true_false_items_with_one_answer_are_told(tmp_path: Path):
    one = with_questions(tmp_path / "a", *(choice(n, "true", "false") for n in range(8)))
    assert "true-false" in rules_of(one)
    both = with_questions(tmp_path / "b", *(choice(n, "true", "false", key=n % 2) for n in range(8)))
    assert "true-false" not in rules_of(both)


def test_several_items_with_always_the_same_count_are_told(tmp_path: Path):
    def several(number: int, right: int) -> str:
        text = choice(number, "mole", "bird", "fish", key=0).replace("kind: choice", "kind: several")
        return text.replace("reason: slip", "right: true", 1) if right == 2 else text

    assert "several-same-count" in rules_of(with_questions(tmp_path / "a", *(several(n, 2) for n in range(4))))
    assert "several-same-count" not in rules_of(
        with_questions(tmp_path / "b", *(several(n, n % 2 + 1) for n in range(4)))
    )


def test_the_tail_is_the_binomial_one():
    assert tail([0.5] * 4, 4) == pytest.approx(1 / 16)
    assert tail([0.5] * 4, 3) == pytest.approx(5 / 16)
    assert tail([0.2, 0.7], 1) == pytest.approx(1 - 0.8 * 0.3)
    assert tail([], 0) == 1


SILENT = [
    "Why does the loss not fall in this run?",
    "What happens if `zero_grad` is not called?",
    "Which call changes weights when no gradient was stored?",
    "Which of these does **not** change the weights?",
    "How large is $w^2$ for $w = 3$, and what does \\$5 buy?",
    "What does the red, dashed curve show?",
    "What is `x < y` and `<b>` in this code?",
    "Is it true that a < b and b > a?",
    "The loss falls by half whether or not rows are shuffled. Why?",
    "What does `f'{x}$'` print?",
    'A friend says, "It works." Explain what it does.',
    "What would an all-blue picture teach a model?",
]


@pytest.mark.parametrize("stem", SILENT)
def test_stems_that_only_look_like_faults_are_left_alone(tmp_path: Path, stem: str):
    bank, _, _ = Plant("none", stem=">-\n      " + stem, at="what-backward").bank(tmp_path)
    assert bank.faults == []
    assert lint(bank) == []
