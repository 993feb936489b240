"""What an instructor wants to know of a question or an exercise: its key, the wrong answers, and a form for polls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import indent

from lessontools.course.page import Courseware
from lessontools.practice.exercise import Exercise
from lessontools.quiz.key import right_words, wrong_answers
from lessontools.quiz.kinds.choosing import Choice, Curve, Predict, Several
from lessontools.quiz.question import Question, variant
from lessontools.quiz.view import LABELS, shuffled
from lessontools.screen.markup import to_text

__all__ = ["Part", "exercise_part", "polls_part", "question_part"]

SEED = "guide"  # numbers drawn for each learner are shown as this one would see them


@dataclass(frozen=True)
class Part:
    """A part of a guide, in Markdown: its title, its text, and parts of its own."""

    title: str
    text: str = ""
    parts: tuple[Part, ...] = ()


def question_part(source: Question, course: Courseware) -> Part:
    """Return a question with its key: what is right and why, each wrong answer with what is said to it, the hints."""
    question = variant(source, SEED)
    blocks = [_about(question, course), question.stem, _fence(question.code)]
    blocks += _pictures(question)
    if isinstance(question, Predict):
        blocks.append(f"Then: {question.then}")
    if source.params:
        blocks.append("*The numbers are drawn for each learner; these are one learner's.*")
    right = right_words(question)
    blocks += [f"**Right.** {right}" if "\n" not in right else f"**Right.**\n\n{right}", f"**Why.** {question.why}"]
    wrong = [_bullet(each.words, each.feedback, each.misconception, course) for each in wrong_answers(question)]
    blocks += ["**Wrong, and what is said to it**" if wrong else "", "\n".join(wrong), _hints(question.hints)]
    title = f"{question.id} ({LABELS[question.kind].lower()}, {_points(question.points)})"
    return Part(title, "\n\n".join(filter(None, blocks)))


def _aims(ids: Iterable[str], course: Courseware) -> str:
    texts = {each.id: each.text for lesson in course.bank.course.lessons for each in lesson.objectives}
    return "Objective: " + "; ".join(f"{texts.get(key, 'unknown')} (`{key}`)" for key in ids)


def _pictures(question: Question) -> list[str]:
    alts = [question.picture.alt] if question.picture else []
    alts += [question.alt] if isinstance(question, Curve) else []
    return [f"Picture: {alt}" for alt in alts]


def _about(question: Question, course: Courseware) -> str:
    where = [
        f"{name[:2]}#{call.cell.id}"
        for name, page in course.pages.items()
        for call, _, ids in page.uses(course.bank)
        if question.id in ids
    ]
    told = [_aims(question.objectives, course), f"Use: {', '.join(question.use)}"]
    told += [f"Asked in: {', '.join(where)}"] if where else []
    told += [f"Covers: {', '.join(question.covers)}"] if question.covers else []
    told += [f"Parallel forms: `{question.twin}`"] if question.twin else []
    return "\n".join(f"- {each}" for each in told)


def _bullet(words: str, feedback: str, code: str, course: Courseware) -> str:
    known = course.bank.misconceptions.get(code)
    belief = f"\n\nBelief `{code}`: {known.belief}" if known else f"\n\nBelief `{code}`" if code else ""
    return "- " + indent(f"{words}\n\n{feedback}{belief}", "  ").strip()


def _hints(hints: Iterable[str]) -> str:
    listed = "\n".join(f"{n}. {text}" for n, text in enumerate(hints, start=1))
    return f"**Hints**\n\n{listed}" if listed else ""


def _points(points: float) -> str:
    return f"{points:g} point{'s' * (points != 1)}"


def _fence(code: str, language: str = "python") -> str:
    return f"````{language}\n{code.strip(chr(10))}\n````" if code.strip() else ""


def exercise_part(exercise: Exercise, course: Courseware) -> Part:
    """Return an exercise with its solutions and known mistakes."""
    about = f"{exercise.minutes:g} min, difficulty {exercise.difficulty} of 3, {_points(exercise.points)}"
    told = [f"- {_aims(exercise.objectives, course)}"]
    told += [f"- Covers: {', '.join(exercise.covers)}"] if exercise.covers else []
    blocks = ["\n".join(told), exercise.prompt, "**What is given**", _fence(exercise.stub)]
    for name, source in exercise.solutions.items():
        blocks += [f"**Solution: {name}**", _fence(source)]
    blocks.append(f"**Why.** {exercise.why}")
    for name, mistake in exercise.mistakes.items():
        said = _bullet(f"**Known mistake: {name}**", mistake.says, mistake.misconception, course)
        blocks += [said, _fence(mistake.source)]
    blocks.append(_hints(exercise.hints))
    return Part(f"{exercise.id}: {exercise.title} ({about})", "\n\n".join(filter(None, blocks)))


def polls_part(questions: Iterable[Question]) -> Part:
    """Return each question that has choices as plain text without its key, and before them all the keys."""
    polls, keys = [], []
    for each in questions:
        question = variant(each, SEED)
        if not isinstance(question, Choice | Several | Curve | Predict) or not question.choices:
            continue
        options = list(zip("ABCDEFGHIJ", shuffled(question.choices, question.id, question.shuffle), strict=False))
        blocks = [to_text(question.stem), question.code.strip("\n"), *_pictures(question)]
        blocks.append("\n".join(f"{letter}) {' '.join(to_text(o.text).split())}" for letter, o in options))
        polls.append(Part(question.id, _fence("\n\n".join(filter(None, blocks)), "text")))
        keys.append(f"- {question.id}: {', '.join(letter for letter, o in options if o.right)}")
    text = "Plain text to paste into a polling tool or onto a slide. The key:\n\n" + "\n".join(keys)
    return Part("Polls", text if polls else "", tuple(polls))
