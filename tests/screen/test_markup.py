import pytest

from lessontools.screen.markup import code_lines, inline_html, to_html, to_text, unbalanced_math


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "$\\text{<script>alert(1)</script>}$",
        "<math><style><img src=x onerror=alert(1)></style></math>",
        "```html\n<script>alert(1)</script>\n```",
    ],
)
def test_nothing_in_markdown_can_run(attack):
    shown = to_html(attack).casefold()
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert 'href="data' not in shown


def test_formulas_become_mathml_which_needs_no_network():
    shown = to_html(r"The loss is $\frac{1}{n}\sum_i (y_i - \hat y_i)^2$.")
    assert "<math" in shown
    assert "<mfrac>" in shown
    assert "http" not in shown


def test_a_formula_that_cannot_be_read_is_shown_as_written():
    assert "\\frac{" in to_html(r"$\frac{$ and") or "<math" in to_html(r"$\frac{$ and")


def test_code_is_coloured_by_classes_and_keeps_its_lines():
    lines = code_lines("for x in y:\n    pass  # 'a\n\nz = '''b\nc'''")
    assert len(lines) == 5
    assert '<span class="lt-k">for</span>' in lines[0]
    assert lines[2] == ""
    assert all(line.count("<span") == line.count("</span>") for line in lines)


def test_other_languages_are_shown_plain():
    assert code_lines("a < b", "text") == ["a &lt; b"]


def test_a_label_has_no_paragraph_around_it():
    assert inline_html("just `x`") == "just <code>x</code>"
    assert inline_html("one\n\ntwo").count("<p>") == 2


def test_plain_text_drops_marks_and_keeps_products():
    assert (
        to_text("**bold** `x = 1` *em* and 2 * 3 * 4 [here](a.ipynb)") == "bold x = 1 em and 2 * 3 * 4 here (a.ipynb)"
    )
    assert to_text("```python\nx ** 2\n```") == "x ** 2"


@pytest.mark.parametrize(
    ("text", "open_"), [("$a$", False), ("$a", True), (r"\$5", False), ("`$`", False), ("${a$", True)]
)
def test_open_formulas_are_found(text, open_):
    assert unbalanced_math(text) is open_
