"""Rules of balance across the bank: is the key guessed from its length, its place, or how many are right?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from lessontools.quiz.bank import Item
from lessontools.quiz.kinds.choosing import Several
from lessontools.quiz.lint.rule import Hit, Survey
from lessontools.quiz.lint.words import keyed, options, plain

UNLIKELY = 0.01
_TRUE = {"true", "yes", "right", "correct", "it is true"}
_FALSE = {"false", "no", "wrong", "incorrect", "it is false"}


def tail(chances: Sequence[float], hits: int) -> float:
    """Return the probability of at least `hits` successes in independent trials with these chances."""
    spread = [1.0]
    for chance in chances:
        grown = [share * (1 - chance) for share in spread] + [0.0]
        for count, share in enumerate(spread):
            grown[count + 1] += share * chance
        spread = grown
    return sum(spread[hits:])


def longest_keys(survey: Survey) -> Iterator[Hit]:
    """Over the whole bank the key is the longest choice more often than chance allows."""
    chances, longest = [], []
    for item in survey.items:
        if found := keyed(item.question):
            key, others = len(plain(found[0].text)), max(len(plain(wrong.text)) for wrong in found[1])
            chances.append(1 / (1 + len(found[1])))
            if key > others:
                longest.append((key / max(others, 1), item))
    if longest and tail(chances, len(longest)) < UNLIKELY:
        worst = [item for _, item in sorted(longest, key=lambda pair: -pair[0])]
        names = ", ".join(item.question.id for item in worst[:5])
        message = (
            f"the key is the longest choice in {len(longest)} of {len(chances)} items (by chance "
            f"{sum(chances):.0f}); most of all in {names}"
        )
        yield Hit(message, ("choices",), worst[0].question.id)


def key_position(survey: Survey) -> Iterator[Hit]:
    """Among questions that are not shuffled, the key stands in one place more often than chance allows."""
    places: defaultdict[int, list[Item]] = defaultdict(list)
    chances: defaultdict[int, list[float]] = defaultdict(list)
    for item in survey.items:
        found = keyed(item.question)
        if found and not getattr(item.question, "shuffle", True):
            places[options(item.question).index(found[0])].append(item)
            for place in range(len(options(item.question))):
                chances[place].append(1 / len(options(item.question)))
    for place, items in sorted(places.items()):
        if tail(chances[place], len(items)) < UNLIKELY:
            message = f"the key is choice number {place + 1} in {len(items)} of {len(chances[place])} unshuffled items"
            yield Hit(message, ("choices",), items[0].question.id)


def true_false(survey: Survey) -> Iterator[Hit]:
    """Among yes/no and true/false questions, one answer is right far more often than the other."""
    said: dict[bool, list[Item]] = {True: [], False: []}
    for item in survey.items:
        shown = {plain(option.text).casefold().rstrip(".") for option in options(item.question)}
        if (found := keyed(item.question)) and len(shown) == 2 and shown & _TRUE and shown & _FALSE:
            said[plain(found[0].text).casefold().rstrip(".") in _TRUE].append(item)
    more, less = sorted(said.values(), key=len, reverse=True)
    if tail([0.5] * (len(more) + len(less)), len(more)) < UNLIKELY:
        answer = "true (yes)" if more is said[True] else "false (no)"
        message = f"the answer is {answer} in {len(more)} of {len(more) + len(less)} true/false items"
        yield Hit(message, ("choices",), more[0].question.id)


def several_same_count(survey: Survey) -> Iterator[Hit]:
    """All questions with several right choices have the same number of them."""
    items = [item for item in survey.items if isinstance(item.question, Several)]
    counts = Counter(sum(option.right for option in options(item.question)) for item in items)
    if len(items) >= 4 and len(counts) == 1:
        message = f"all {len(items)} 'several' items have {next(iter(counts))} right choices"
        yield Hit(message, ("choices",), items[0].question.id)
