"""Frames: what is sent arrives; what is too long, torn, late or no JSON is refused."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest

from lessontools.grading.wire import CAP, Broken, read_frame, write_frame


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def test_what_is_sent_arrives(pipe: tuple[int, int]) -> None:
    data = {"a": [1, 2.5, None, "ü"], "b": {"c": True}}
    write_frame(pipe[1], data)
    write_frame(pipe[1], None)
    assert read_frame(pipe[0], 1) == data and read_frame(pipe[0], 1) is None


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (struct.pack(">I", CAP + 1), "more than"),
        (struct.pack(">I", 5) + b"ab", "closed early"),
        (struct.pack(">I", 3) + b"{a}", "no JSON"),
        (struct.pack(">I", 3) + b"NaN", "no JSON"),
        (struct.pack(">I", 2) + b"\xff\xfe", "no JSON"),
        (struct.pack(">I", 40_000) + b"[" * 40_000, "no JSON"),
        (b"", "closed early"),
    ],
)
def test_what_is_no_frame_is_refused(pipe: tuple[int, int], raw: bytes, why: str) -> None:
    os.write(pipe[1], raw)
    os.close(pipe[1])
    with pytest.raises(Broken, match=why):
        read_frame(pipe[0], 1)


def test_who_never_answers_is_not_waited_for(pipe: tuple[int, int]) -> None:
    with pytest.raises(Broken, match="in time"):
        read_frame(pipe[0], 0.05)


def test_writing_to_somebody_who_is_gone_says_so(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    with pytest.raises(Broken, match="gone"):
        write_frame(pipe[1], "x" * 1000)
