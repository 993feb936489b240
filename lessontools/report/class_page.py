"""The class on one page: a tally -> one HTML file for those who teach."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean, median, pstdev
from urllib.parse import quote

from lessontools.report.class_items import items_section
from lessontools.report.frame import bar, line, page, percent, safe, section, table
from lessontools.report.items import item_stats
from lessontools.report.likeness import Alike
from lessontools.report.tally import LINES, MASTERED, ODD, Objective, Tally

__all__ = ["class_page"]

_NAV = {
    "distribution": "Points",
    "beliefs": "Misconceptions",
    "objectives": "Objectives",
    "items": "Questions and exercises",
    "likeness": "Code that is alike",
    "oddities": "Oddities",
    "students": "Students",
    "reading": "How to read this",
}


def class_page(tally: Tally, pairs: Sequence[Alike], made: str, notes: Iterable[str] = ()) -> str:
    """Return the class page; `made` says when, `notes` are for the instructor."""
    subject, stats = tally.subject, item_stats(tally)
    links = "".join(f'<li><a href="#{key}">{html.escape(name)}</a></li>' for key, name in _NAV.items())
    body = [
        f"<header><h1>{html.escape(subject.title)}: the class</h1>",
        f'<p class="soft">Assignment {html.escape(subject.assignment)}, version {html.escape(subject.version)}, made '
        f"{html.escape(made)}. For staff: it has names and keys.</p></header>",
        f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n<main>',
        _facts(tally),
        *_warnings(tally, notes),
        section("distribution", _NAV["distribution"], *_distribution(tally)),
        section("beliefs", _NAV["beliefs"], _beliefs(tally)),
        section("objectives", _NAV["objectives"], _objectives(tally)),
        section("items", _NAV["items"], *items_section(tally, stats)),
        section("likeness", _NAV["likeness"], *_likeness(pairs)),
        section("oddities", _NAV["oddities"], _oddities(tally)),
        section("students", _NAV["students"], _students(tally)),
        section("reading", _NAV["reading"], _READING),
        "</main>",
    ]
    return page(f"{subject.title}: the class", "\n".join(body), "class")


def _facts(tally: Tally) -> str:
    facts = [(str(tally.students), "handed in")]
    facts += [(str(tally.absent), "missing")] if tally.absent else []
    if tally.totals:
        facts.append((f"{fmean(tally.totals):.1f}", f"points on average, of {tally.subject.points:g}"))
        facts.append((f"{median(tally.totals):.1f}", "points at the middle (median)"))
    facts += [(str(tally.waiting), "explanations to mark")] if tally.waiting else []
    shown = "".join(f"<li><b>{value}</b>{html.escape(words)}</li>" for value, words in facts)
    return f'<ul class="facts">{shown}</ul>'


def _warnings(tally: Tally, notes: Iterable[str]) -> Iterator[str]:
    lines = list(notes)
    if tally.trusted:
        lines.insert(0, f"Not isolated: the code of {tally.trusted} of the hand-ins ran without a sandbox.")
    if tally.waiting:
        lines.append(
            "Explanations that wait to be marked count 0 here, and their students' points are left blank in the files "
            "for Canvas and Moodle. 'lessontools mark' shows them one by one."
        )
    if lines:
        yield '<div class="note">' + "".join(f"<p>{html.escape(each)}</p>" for each in lines) + "</div>"


def _distribution(tally: Tally) -> Iterator[str]:
    totals, most = sorted(tally.totals), tally.subject.points
    if not totals or not most:
        yield "<p>No points yet.</p>"
        return
    counts = [0] * 10
    for each in totals:
        counts[min(9, int(10 * each / most + 1e-9))] += 1
    top = max(counts)
    rows = [
        (f"{10 * at} to {10 * at + 10} %", bar(count / top, f"{count} student{'s' * (count != 1)}"))
        for at, count in enumerate(counts)
    ]
    yield table("Students by share of the points", ("share", "students"), rows)
    low, high = (totals[round(at * (len(totals) - 1))] for at in (0.25, 0.75))
    yield (
        f"<p>Lowest {totals[0]:.4g}, quarter {low:.4g}, median {median(totals):.4g}, three quarters {high:.4g}, "
        f"highest {totals[-1]:.4g}; mean {fmean(totals):.4g}, standard deviation {pstdev(totals):.3g}. "
        f"Missing and unreadable hand-ins are not counted.</p>"
    )


def _beliefs(tally: Tally) -> str:
    found = sorted(tally.beliefs.items(), key=lambda entry: -entry[1].students)
    readable = max(1, tally.students - tally.unreadable)
    rows = []
    for code, held in found:
        known = tally.subject.beliefs.get(code)
        more = f" and {held.students - len(held.names)} more" if held.students > len(held.names) else ""
        names = html.escape(", ".join(held.names)) + more
        told = html.escape(code)
        if known:
            told = f'{line(known.belief)}<br><span class="soft">In fact: {line(known.truth)}</span>'
        sure = f"<br>{held.sure} of them sure" if held.sure else ""
        rows.append((
            told,
            bar(held.students / readable, f"{held.students} of {readable}") + sure,
            html.escape(tally.subject.place(code)),
            f'<details><summary class="whole">show names</summary>{names}</details>',
        ))  # fmt: skip
    if not rows:
        return "<p>No answer points to a known one.</p>"
    return table("What answers point to, the most frequent first", ("belief", "students", "mended in", "who"), rows)


def _objectives(tally: Tally) -> str:
    def row(name: str, stand: Objective) -> Sequence[str]:
        share, has = stand.shares / stand.asked, stand.mastered / stand.asked
        text = tally.subject.objectives.get(name, name)
        return safe(text), bar(share, percent(share)), bar(has, f"{stand.mastered} of {stand.asked}")

    order = [name for name in tally.subject.objectives if name in tally.objectives]
    order += [name for name in tally.objectives if name not in tally.subject.objectives]
    rows = [row(name, tally.objectives[name]) for name in order]
    has = f"have at least {percent(MASTERED)}"
    return table("How the class stands with each objective", ("objective", "share of its points", has), rows)


def _likeness(pairs: Sequence[Alike]) -> Iterator[str]:
    yield (
        "<p>A hint where to look, no verdict. Compared is the shape of the code: names, numbers, comments and layout "
        "do not count, and neither does the stub, a known solution, a known mistake, or what more than ten students "
        "wrote. It cannot know who wrote first, whether working together was allowed, or whether both learnt it from "
        "the same page or the same machine; and short answers are left out, since everybody who is right writes the "
        "same. Talk with both before you think anything.</p>"
    )
    rows = [
        (html.escape(each.one), html.escape(each.other), f"<code>{html.escape(each.item)}</code>",
         bar(each.share, percent(each.share)), str(each.rows))
        for each in pairs
    ]  # fmt: skip
    heads = ("student", "student", "exercise", "alike", "shared rows")
    yield table("Pairs whose own code is alike", heads, rows, (4,)) if rows else "<p>No pair stands out.</p>"


def _oddities(tally: Tally) -> str:
    rows = [(html.escape(student), html.escape(what)) for student, what in tally.odd]
    if not rows:
        return "<p>Nothing odd: all in time, all readable, nothing crashed.</p>"
    more = f"<p>And {tally.oddities - ODD} more: the long gradebook has them.</p>" if tally.oddities > ODD else ""
    return table("What did not go as usual", ("student", "what"), rows) + more


def _students(tally: Tally) -> str:
    rows = [
        (f'<a href="{html.escape(quote(file))}">{html.escape(name)}</a>' if file else html.escape(name),
         "" if state in ("MISSING", "UNREADABLE") else f"{earned:.4g}", html.escape(state))
        for name, file, earned, state in sorted(tally.lines, key=lambda each: each[0].casefold())
    ]  # fmt: skip
    more = (
        f"<p>The first {LINES} are here; gradebook.csv has all.</p>"
        if tally.students + tally.absent > len(rows)
        else ""
    )
    return table("Students", ("student", "points", "state"), rows, (1,)) + more


_READING = """<dl>
<dt>p, the difficulty</dt><dd>The mean share of the points: 1 means that everybody had all of them.</dd>
<dt>r, the discrimination</dt><dd>The correlation of its points with the points of all other parts (corrected
point-biserial). Near 0 it says nothing about who knows more; below 0 look at the key. It is shown from two students
on, and judged from 20.</dd>
<dt>Reliability</dt><dd>KR-20, or Cronbach’s alpha where parts of points can be earned: how well the parts agree. It
grows with their number; .7 is usual for a test that counts. Parts that persons mark are left out.</dd>
<dt>Time</dt><dd>The median of the seconds since the answer before it, as the student’s machine noted them; pauses of
more than ten minutes are left out. It is no proof of anything.</dd>
<dt>What stays in your course page</dt><dd>Late policies, dropped scores, weights and curves: late hand-ins are marked
as late and keep their points here, missing ones are left blank and not set to 0.</dd>
</dl>"""
