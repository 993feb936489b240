"""The pictures of loops that were not written for them: the evaluation set's, broken and correct."""

import contextlib
import io
import runpy
import warnings
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from lessontools.errors import LessonError
from lessontools.loop.figure import epochs, gradient_flow, pipeline, stepper, strip, weights
from lessontools.loop.watch import watch

HERE = Path(__file__).parent / "evaluation"
LOOPS = sorted([*HERE.glob("broken/*.py"), *HERE.glob("correct/*.py")])


@pytest.mark.soak
@pytest.mark.parametrize("path", LOOPS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_loop_can_be_drawn_and_a_correct_one_raises_no_alarm(path):
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        with watch() as trace:
            runpy.run_path(str(path), run_name="__main__")
    for picture in (strip, pipeline, gradient_flow, weights, stepper, epochs):
        try:
            figure = picture(trace)
        except LessonError as error:
            assert picture in (stepper, epochs), error
            continue
        page = figure._repr_mimebundle_()["text/html"]
        for part in page.split("<svg")[1:]:
            ElementTree.fromstring(f"<svg{part.split('</svg>')[0]}</svg>")
        assert len(page) < 200_000
        assert repr(figure)
    if path.parent.name == "correct":
        assert "! look here" not in repr(strip(trace))
