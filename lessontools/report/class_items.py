"""The class page's part on questions and exercises: how hard, how slow, what was chosen, and what is odd about it."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence

from lessontools.report.frame import bar, percent, safe, table
from lessontools.report.items import ChoiceStat, ItemStat, reliability
from lessontools.report.student import words_html
from lessontools.report.tally import Tally

__all__ = ["items_section"]

TOP = 5


def items_section(tally: Tally, stats: Sequence[ItemStat]) -> Iterator[str]:
    """Yield the section's blocks."""
    known = reliability(tally)
    value = "not worked out: " + known.why if known.value is None else f"{known.value:.2f}"
    n = tally.total.n
    margin = f" With so many a correlation r is uncertain by about ±{1.96 / (n - 3) ** 0.5:.2f}." if n > 10 else ""
    yield (
        f"<p>From {n} student{'s' * (n != 1)} who had all parts. Reliability ({html.escape(known.name)}): "
        f"{html.escape(value)}.{margin}</p>"
    )
    yield _flagged("Worth a look, the gravest first", sorted(stats, key=_gravity), lambda each: each.flags)
    yield _flagged("Choices to think about", stats, lambda each: each.choice_flags)
    hard = sorted((each for each in stats if each.p is not None), key=lambda each: each.p or 0)[:TOP]
    yield _top("Hardest", "p", [(each, bar(each.p or 0, f"{each.p:.2f}")) for each in hard])
    slow = sorted((each for each in stats if each.seconds), key=lambda each: -(each.seconds or 0))[:TOP]
    longest = max([each.seconds or 1 for each in slow], default=1)
    yield _top("Slowest", "median time", [(each, bar((each.seconds or 0) / longest, _time(each))) for each in slow])
    yield _every(stats)
    yield "<h3>What was answered</h3>"
    yield from (_details(each) for each in stats if each.choices or each.wrong)


def _name(stat: ItemStat) -> str:
    return f"<code>{html.escape(stat.part.id)}</code>"


def _time(stat: ItemStat) -> str:
    return f"{stat.seconds:.0f} s ({stat.timed} times)" if stat.seconds is not None else ""


def _gravity(stat: ItemStat) -> tuple[bool, float]:
    """Return what sorts the gravest first: who knows more earns less, then the hard ones."""
    return not (stat.r is not None and stat.r < 0), stat.p if stat.p is not None else 1


def _flagged(caption: str, stats: Sequence[ItemStat], told: Callable[[ItemStat], Sequence[str]]) -> str:
    rows = [
        (_name(each), html.escape(each.part.label), "<br>".join(map(html.escape, told(each))))
        for each in stats
        if told(each)
    ]
    return table(caption, ("part", "kind", "why"), rows) if rows else f"<p>{caption}: none.</p>"


def _top(caption: str, head: str, rows: Sequence[tuple[ItemStat, str]]) -> str:
    if not rows:
        return ""
    return table(caption, ("part", head, "kind"), [(_name(e), shown, html.escape(e.part.label)) for e, shown in rows])


def _every(stats: Sequence[ItemStat]) -> str:
    heads = ("part", "kind", "p", "r", "n", "blank", "sure, but wrong", "waiting", "time")
    rows = [
        (
            *(_name(each), html.escape(each.part.label), "" if each.p is None else bar(each.p, f"{each.p:.2f}")),
            *("" if each.r is None else f"{each.r:.2f}".replace("-", "−"), str(each.n), str(each.blank or "")),
            *(str(each.sure_wrong or ""), str(each.waiting or ""), f"{each.seconds:.0f} s" if each.seconds else ""),
        )
        for each in stats
    ]
    inner = table("All parts, in the order of the release", heads, rows, range(3, 9))
    return f"<details open><summary>All {len(rows)} parts</summary>{inner}</details>"


def _details(stat: ItemStat) -> str:
    if stat.choices:
        heads = ("choice", "key", "chosen", "r with the rest")
        inner = table(f"Choices of {stat.part.id}", heads, [_choice(each) for each in stat.choices], (3,))
    else:
        rows = [(words_html(stat.part.kind, answer), str(times)) for answer, times in stat.wrong]
        own = " (each student had numbers of their own)" if stat.part.drawn else ""
        inner = table(f"Frequent wrong answers to {stat.part.id}{own}", ("answer", "students"), rows, (1,))
    return f"<details><summary>{_name(stat)}</summary>{safe(stat.part.prompt)}{inner}</details>"


def _choice(each: ChoiceStat) -> Sequence[str]:
    r = "" if each.r is None else f"{each.r:.2f}".replace("-", "−")
    return safe(each.text), "✓ right" if each.right else "", bar(each.share, f"{each.count} ({percent(each.share)})"), r
