"""Rules of choices: what a wrong one must carry, and what must not give the right one away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lessontools.quiz.bank import Item
from lessontools.quiz.kinds.choosing import Several
from lessontools.quiz.lint.rule import Hit
from lessontools.quiz.lint.words import content, keyed, options, plain, prose, task, texts

_ABOVE = re.compile(
    r"\b(?:all|none|both|any|neither|each) of (?:the )?(?:above|below|others?|these|those|choices|options|answers)\b"
    r"|^(?:all|none|both|neither) (?:of them|are (?:right|true|correct))\b",
    re.I,
)
_LETTERS = re.compile(
    r"\b(?:both|neither|only|either) \(?[A-E]\)?(?: (?:and|or|nor) \(?[A-E]\)?)?(?!\w)"
    r"|^\(?[A-E]\)?(?:,? ?(?:and|or|&) ?\(?[A-E]\)?)+\.?$"
    r"|\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer)s? \(?[A-E]\)?(?!\w)"
    r"|\b(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ll]ast|[Pp]revious) (?:option|choice|answer)\b"
)
_ABSOLUTE = re.compile(r"\b(?:always|never|impossible|completely|entirely|guaranteed|guarantees|in all cases)\b", re.I)
_HEDGE = re.compile(
    r"\b(?:usually|often|sometimes|might|may|generally|typically|probably|mostly|in most cases)\b", re.I
)
_VOWEL_SOUND = re.compile(r"(?!(?:uni|use|usu|one|once|eu)\w*\b)[aeiou]|(?:hour|honest)", re.I)
_SPELLED = re.compile(r"^[A-Z]{2,}\b")  # read letter by letter: an MSE, a GPU


def choice_count(item: Item) -> Iterator[Hit]:
    """Fewer than three choices, or more than five."""
    count = len(options(item.question))
    if count and not 3 <= count <= 5:
        yield Hit(f"{count} choices", ("choices",))


def above_or_letters(item: Item) -> Iterator[Hit]:
    """All or none of the above; choices spoken of by letter or place, which shuffling makes meaningless."""
    for place, option in enumerate(options(item.question)):
        if found := _ABOVE.search(plain(option.text)):
            yield Hit(f"'{found.group()}' as a choice", ("choices", place, "text"))
    if options(item.question):
        for at, text in texts(item.question):
            if found := _LETTERS.search(plain(prose(text))):
                yield Hit(f"'{found.group()}' names a choice by its letter or place", at)


def longest_key(item: Item) -> Iterator[Hit]:
    """A key longer than every distractor by more than 1.4 times (and ten characters)."""
    if found := keyed(item.question):
        key, longest = len(plain(found[0].text)), max(len(plain(wrong.text)) for wrong in found[1])
        if key > 1.4 * longest and key - longest >= 10:
            place = options(item.question).index(found[0])
            yield Hit(f"the key has {key} characters, the longest distractor {longest}", ("choices", place, "text"))


def _telling(item: Item, pattern: re.Pattern[str], what: str) -> Iterator[Hit]:
    if found := keyed(item.question):
        key = pattern.search(prose(found[0].text))
        wrong = [hit.group() for each in found[1] if (hit := pattern.search(prose(each.text)))]
        if key and not wrong:
            yield Hit(f"only the key has {what} ('{key.group()}')", ("choices",))
        elif not key and len(wrong) >= 2 and len(wrong) == len(found[1]):
            yield Hit(f"every distractor has {what} ('{wrong[0]}'), the key has none", ("choices",))


def absolutes(item: Item) -> Iterator[Hit]:
    """ "always", "never" in the key alone, or in every distractor but not in the key."""
    return _telling(item, _ABSOLUTE, "an absolute")


def hedges(item: Item) -> Iterator[Hit]:
    """ "usually", "may" in the key alone, or in every distractor but not in the key."""
    return _telling(item, _HEDGE, "a hedge")


def grammar_clue(item: Item) -> Iterator[Hit]:
    """A stem that ends in "a" or "an", which not every choice fits."""
    article = re.search(r"\b(an?)[\s_…:.*]*$", prose(item.question.stem), re.I)
    found = keyed(item.question)
    if article and found:
        wants = article.group(1).lower() == "an"
        key, wrong = found
        if _vowel(key.text) == wants and any(_vowel(each.text) != wants for each in wrong):
            yield Hit(f"the stem ends in '{article.group(1)}', which fits the key and not every distractor", ("stem",))


def _vowel(text: str) -> bool:
    shown = plain(text)
    return shown[:1] in "AEFHILMNORSX" if _SPELLED.match(shown) else bool(_VOWEL_SOUND.match(shown))


def echo(item: Item) -> Iterator[Hit]:
    """Two or more telling words that only the key shares with the stem."""
    if found := keyed(item.question):
        shared = content(item.question.stem) & content(found[0].text)
        for wrong in found[1]:
            shared -= content(wrong.text)
        if len(shared) >= 2:
            yield Hit(f"stem and key alone share {', '.join(f'{word}-' for word in sorted(shared))}", ("choices",))


def unsorted_numbers(item: Item) -> Iterator[Hit]:
    """Choices that are all numbers, not shown in order of size."""
    shown = [plain(option.text) for option in options(item.question)]
    if len(shown) < 3 or not all(re.fullmatch(r"[-+−]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?", each) for each in shown):
        return
    values = [float(each.replace(",", ".").replace("−", "-")) for each in shown]
    if values not in (sorted(values), sorted(values, reverse=True)):
        yield Hit("numbers as choices are not in order", ("choices",))
    elif getattr(item.question, "shuffle", False):
        yield Hit("numbers as choices are shuffled on the screen", ("choices",))


def mixed_code(item: Item) -> Iterator[Hit]:
    """Some choices are code only, others prose without any code."""
    shown = [option.text.strip() for option in options(item.question)]
    code = [each for each in shown if re.fullmatch(r"`[^`]+`|```.*```", each, re.S)]
    bare = [each for each in shown if "`" not in each and "$" not in each and re.search(r"[A-Za-z]{3,} \w", each)]
    if code and bare:
        yield Hit("some choices are code, others prose", ("choices",))


def several_all_right(item: Item) -> Iterator[Hit]:
    """A question with several right choices in which all are right."""
    if isinstance(item.question, Several) and all(option.right for option in item.question.choices):
        yield Hit("every choice is right", ("choices",))


def same_start(item: Item) -> Iterator[Hit]:
    """Choices that all begin with the same three words."""
    starts = {tuple(plain(option.text).casefold().split()[:3]) for option in options(item.question)}
    if len(starts) == 1 and len(start := starts.pop()) == 3 and "`" not in options(item.question)[0].text[:1]:
        yield Hit(f"every choice starts '{' '.join(start)}'", ("choices",))


def negative_choice(item: Item) -> Iterator[Hit]:
    """A negative choice to a negative stem."""
    asked = task(item.question.stem)
    if not re.match(r"\W*(?:which|what|select|tick|choose|pick|mark)\b[^,;:]*?\b(?:not|except|never)\b", asked, re.I):
        return
    if re.search(r"\b(?:if|when|that|because|while)\b.*\b(?:not|except|never)\b", asked, re.I):
        return
    negative: Callable[[str], object] = re.compile(
        r"^\W*(?:it|they)? ?(?:do|does|is|are|can|will)(?:n['’]t| not)\b", re.I
    ).search
    for place, option in enumerate(options(item.question)):
        if negative(prose(option.text)):
            yield Hit("a negative choice to a negative stem", ("choices", place, "text"))
