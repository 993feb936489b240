"""A new lesson: source, questions, an exercise and an entry in course.yaml, all of them sound from the start."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from lessontools.errors import CourseError

__all__ = ["start_lesson"]

_NAME = re.compile(r"\d\d_[a-z][a-z0-9_]*")

_PAGE = """\
# %% [markdown] id="{slug}"
# # {title}
#
# **Goal.** Say in one sentence what this lesson is for.
#
# **You will be able to**
#
# - say what the lesson teaches, in words that can be checked.
#
# **Out of scope.** What a reader may expect here, and finds elsewhere.
#
# **Needs.** What comes before. &nbsp; **Minutes.** {minutes}

# %% id="tools"
from lessontools import ask, check, hint, solution

# %% [markdown] id="warm-up"
# ## Warm-up
#
# A question from earlier lessons, or about what is to come.

# %% id="do-warm-up"
ask("{number}/warmup")

# %% [markdown] id="learn"
# ## Learn
#
# One idea a cell. Ask first, then show.

# %% id="do-first-question"
ask("{slug}-first")

# %% id="run-first-question"
print(6 * 7)

# %% [markdown] id="your-turn"
# ## Your turn
#
# Say what the function is for, then let it be written.

# %% id="do-{slug}-task" exercise="{slug}-task"

# %% [markdown] id="summary"
# ## Summary card
#
# - The one thing to remember.

# %% [markdown] id="exit"
# ## Exit quiz

# %% id="do-exit"
ask("{number}/exit")
"""

_QUESTION = """\
  - id: {key}
    kind: number
    use: [{use}]
    objectives: [{objective}]
    stem: {stem}
    answer: {answer}
    near:
      - value: {near}
        reason: slip
        feedback: {feedback}
    why: {why}
"""

_QUESTIONS = (
    ("warm-up", "warmup", "What is 3 · 3 + 1?", 10, 12, "That is 3 · (3 + 1); a product goes first.", "9 + 1 = 10."),
    (
        "first",
        "lesson",
        "The next cell prints 6 · 7. What does it show?",
        42,
        13,
        "That is a sum, 6 + 7; the sign here is a product.",
        "6 · 7 = 42.",
    ),
    (
        "exit",
        "exit",
        "What is half of 50?",
        25,
        100,
        "That is the double of it; half is what two equal parts have.",
        "25 + 25 = 50.",
    ),
)

_EXERCISE = '''\
"""The code exercises of lesson {number}."""

from lessontools.practice.exercise import Exercise, Mistake


def draw(seed):
    import random

    rng = random.Random(seed)
    return {{"numbers": [rng.randint(3, 99) for _ in range(3)]}}


def observe(function, inputs):
    return {{f"twice({{number}})": function(number) for number in inputs["numbers"]}}


task = Exercise(
    id="{slug}-task",
    title="Twice a number",
    function="twice",
    prompt="Return twice the number.",
    stub='def twice(number):\\n    """Return twice the number."""\\n    return ...\\n',
    solutions={{
        "product": "def twice(number):\\n    return 2 * number\\n",
        "sum": "def twice(number):\\n    return number + number\\n",
    }},
    mistakes={{
        "squared": Mistake(
            "def twice(number):\\n    return number**2\\n",
            "`**` raises to a power; twice is `2 * number`.",
        ),
    }},
    hints=("Which operation makes 3 into 6, and 4 into 8?",),
    why="Twice a number is the number added to itself.",
    objectives=("{slug}-first",),
    draw=draw,
    observe=observe,
)
'''


def start_lesson(root: Path, name: str, minutes: int = 30) -> list[Path]:
    """Write the files of a new lesson and list it last in course.yaml; return what was written or changed.

    Raise CourseError for a name that cannot be, or a file that is there already; nothing is written then.
    """
    if not _NAME.fullmatch(name):
        raise CourseError(f"'{name}' cannot be a lesson's name; write two digits and words, such as 03_backward")
    number, words = name[:2], name[3:]
    slug, title = words.replace("_", "-"), words.replace("_", " ").capitalize()
    quizzes = root / "quizzes"
    files = {
        root / "notebooks" / "src" / f"{name}.py": _PAGE.format(slug=slug, title=title, number=number, minutes=minutes),
        quizzes / f"{name}.yaml": _questions(slug),
        quizzes / f"{name}.py": _EXERCISE.format(slug=slug, number=number),
    }
    there = [path for path in files if path.exists()]
    if there:
        raise CourseError(f"{there[0].relative_to(root)}: exists already; choose another name, or edit what is there")
    course = _listed(quizzes / "course.yaml", name, title, slug, minutes)
    try:
        for path, text in (files | {quizzes / "course.yaml": course}).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{error.filename}: cannot be written ({error.strerror})") from error
    return [*files, quizzes / "course.yaml"]


def _questions(slug: str) -> str:
    made = [
        _QUESTION.format(
            key=f"{slug}-{key}",
            use=use,
            objective=f"{slug}-first",
            stem=f'"{stem}"',
            answer=answer,
            near=near,
            feedback=f'"{feedback}"',
            why=f'"{why}"',
        )
        for key, use, stem, answer, near, feedback, why in _QUESTIONS
    ]
    return "questions:\n\n" + "\n".join(made)


def _listed(path: Path, name: str, title: str, slug: str, minutes: int) -> str:
    """Return course.yaml with one more lesson at the end of the list, all else as it stands, comments too."""
    text = path.read_text(encoding="utf-8")
    known = [str(each["id"]) for each in (YAML(typ="safe").load(text) or {}).get("lessons") or []]
    taken = [each for each in known if each[:2] == name[:2]]
    if taken:
        raise CourseError(f"number {name[:2]} is taken by lesson '{taken[0]}'; choose another one")
    entry = (
        f'  - id: {name}\n    title: "{title}"\n    minutes: {minutes}\n    objectives:\n'
        f"      - id: {slug}-first\n        text: say what the lesson teaches, in words that can be checked\n"
    )
    if not known:
        return re.sub(r"^lessons:.*\n?", "", text, flags=re.MULTILINE).rstrip("\n") + f"\nlessons:\n{entry}"
    lines = text.rstrip("\n").split("\n")
    start = next(place for place, line in enumerate(lines) if line.startswith("lessons:"))
    ends = (n for n, line in enumerate(lines) if n > start and line[:1] not in ("", " ", "-", "#"))
    end = next(ends, len(lines))
    indented = entry if any(line.startswith("  - id:") for line in lines) else re.sub(r"^  ", "", entry, flags=re.M)
    return "\n".join([*lines[:end], *indented.rstrip("\n").split("\n"), *lines[end:]]) + "\n"
