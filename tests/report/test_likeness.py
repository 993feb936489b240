"""Likeness: a copy with other names is found; the stub, known solutions, what many write, and short code are not."""

from __future__ import annotations

import re

from lessontools.report.likeness import COMMON, Likeness, grams, tokens
from lessontools.report.subject import Part
from tests.report.made import outcome

STUB = "def fit(X, y, lr):\n    ...\n"
SOLUTION = """
def fit(X, y, lr):
    w = torch.zeros(X.shape[1], requires_grad=True)
    for _ in range(100):
        loss = ((X @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
        w.grad = None
    return w
"""
ODD = """
def fit(X, y, lr):
    history = []
    weights = [0.0 for _ in range(X.shape[1])]
    while len(history) < 100 and (not history or history[-1] > 1e-9):
        guess = sum(X[:, k] * weights[k] for k in range(len(weights)))
        miss = [float(a) - float(b) for a, b in zip(guess, y)]
        for k in range(len(weights)):
            push = 2 * sum(m * float(row[k]) for m, row in zip(miss, X)) / len(miss)
            weights[k] = weights[k] - lr * push
        history.append(max(abs(m) for m in miss))
    return torch.tensor(weights)
"""
OTHER = """
def fit(X, y, lr):
    model = torch.nn.Linear(X.shape[1], 1, bias=False)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    step = 0
    try:
        while step < 100:
            optimizer.zero_grad()
            error = torch.nn.functional.mse_loss(model(X)[:, 0], y)
            error.backward()
            optimizer.step()
            step = step + 1
    finally:
        found = model.weight.detach().clone().reshape(-1)
    return found if step else None
"""
PART = Part("fit", "04_step", "exercise", "Write code", 1, "Fit.", given=(STUB, SOLUTION))


def renamed(source: str) -> str:
    """Return a copy with other names, other comments and other layout."""
    for name in ("history", "weights", "guess", "miss", "push"):
        source = re.sub(rf"\b{name}\b", f"my_{name}", source)
    return "# my own work\n" + source.replace("    return", "\n    # give it back\n    return").replace("100", "99")


def likeness(*written: tuple[str, str]) -> Likeness:
    found = Likeness()
    for student, source in written:
        found.add(PART, student, outcome("code", answer=source))
    return found


def test_a_renamed_copy_is_found() -> None:
    (pair,) = likeness(("Ada", ODD), ("Ben", renamed(ODD)), ("Cem", OTHER)).pairs()
    assert (pair.one, pair.other, pair.share) == ("Ada", "Ben", 1.0) and pair.rows >= 15


def test_the_solution_and_the_stub_are_nobodys_own() -> None:
    assert likeness(("Ada", SOLUTION), ("Ben", renamed(SOLUTION)), ("Cem", STUB), ("Dan", STUB)).pairs() == []


def test_what_many_write_is_how_one_writes_it() -> None:
    assert likeness(*((f"S{place}", ODD) for place in range(COMMON + 1))).pairs() == []
    assert len(likeness(*((f"S{place}", ODD) for place in range(4))).pairs()) == 6


def test_short_code_tells_nothing() -> None:
    short = "def fit(X, y, lr):\n    return torch.linalg.lstsq(X, y).solution\n"
    assert likeness(("Ada", short), ("Ben", short)).pairs() == []


def test_code_that_does_not_parse_or_is_too_deep_is_passed_over() -> None:
    deep = "x = " + "(" * 80 + "1" + ")" * 80
    chain = "x = " + "+".join(["1"] * 5000)
    for source in ("def fit(:", deep, chain, "", "\x00"):
        assert isinstance(tokens(source), list) and isinstance(grams(source), set)
    assert likeness(("Ada", "def fit(:"), ("Ben", "def fit(:"), ("Cem", chain), ("Dan", chain)).pairs() == []
