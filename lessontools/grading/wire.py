"""The wire between judge and cage: frames of JSON, each with its length before it, and a cap on what is read."""

from __future__ import annotations

import json
import os
import select
import struct
import sys
import time
from typing import Any

__all__ = ["CAP", "Broken", "read_frame", "write_frame"]

CAP = 4_000_000
"""The most bytes that are read of one frame."""
_HEAD = struct.Struct(">I")


class Broken(Exception):
    """The other side closed early, wrote what is no frame, or more than the cap; says which."""


def write_frame(handle: int, data: Any) -> None:
    """Write one frame; raise Broken if nobody reads it any more."""
    body = json.dumps(data, allow_nan=False).encode()
    left = memoryview(_HEAD.pack(len(body)) + body)
    try:
        while left:
            left = left[os.write(handle, left) :]
    except OSError as error:
        raise Broken("the other side is gone") from error


def read_frame(handle: int, seconds: float = 3600) -> Any:
    """Return the next frame's data; raise Broken if there is none within so many seconds, or it is not sound."""
    until = time.monotonic() + seconds
    (size,) = _HEAD.unpack(_exactly(handle, _HEAD.size, until))
    if size > CAP:
        raise Broken(f"a frame of {size} bytes, more than {CAP}")
    try:
        return json.loads(_exactly(handle, size, until), parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise Broken("what came is no JSON") from error


def _refused(word: str) -> Any:
    raise ValueError(word)  # NaN and Infinity are no JSON, and would compare in odd ways


def _exactly(handle: int, size: int, until: float) -> bytes:
    parts, left = [], size
    while left:
        # on Windows no pipe can be waited for; there a timer ends the other side, and reading with it
        if sys.platform != "win32" and not select.select([handle], [], [], max(0.0, until - time.monotonic()))[0]:
            raise Broken("nothing came in time")
        part = os.read(handle, min(left, 1 << 16))
        if not part:
            raise Broken("the other side closed early")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
