"""Rules on what torch refused to do: the error, in the words of a training loop."""

from __future__ import annotations

import re
from collections.abc import Callable

from lessontools.loop.finding import Seen, at
from lessontools.loop.trace import Trace

__all__ = ["PATTERNS", "raised"]

PATTERNS = {
    "second-backward": r"backward through the graph a second time|saved intermediate values of the graph",
    "inplace-edit": r"modified by an inplace operation|leaf Variable that requires grad.*in-place"
    r"|view of a leaf Variable|that is being used in an in-place operation",
    "labels-out-of-range": r"Target -?\d+ is out of bounds|cur_target|all elements of (input|target) should be between"
    r"|class values must be smaller than num_classes|Class values must be non-negative",
    "dtype-mismatch": r"expected scalar type|must have the same dtype|same dtype|Found dtype|not implemented for"
    r"|Expected floating point type|can't be cast to the desired|floating point and complex dtype"
    r"|should be the same|dtype.*(float|long|int|double)|expected.*to have one of the following scalar types"
    r"|could not infer output dtype|can only calculate the mean",
    "shape-mismatch": r"shapes cannot be multiplied|size mismatch|must match the size|match target batch_size"
    r"|must match the existing size|is invalid for input of size|multi-target not supported|Using a target size"
    r"|expected input.*to have|normalized_shape|implicitly created only for scalar outputs|Sizes of tensors must match"
    r"|the same size|inconsistent tensor size|Expected (more|\d).*(dimension|D )|Dimension out of range|mat1"
    r"|must be equal to input_size|Expected target size|stack expects each tensor|the same shape|shape.*not broadcast",
}


def raised(code: str) -> Callable[[Trace], Seen | None]:
    """Return the rule that knows an error of this code by its message; an earlier code of PATTERNS goes first."""

    def look(trace: Trace) -> Seen | None:
        event = next(iter(trace.of("error")), None)
        if event is None:
            return None
        kind, message = str(event.data.get("type", "")), str(event.data.get("message", ""))
        if kind not in ("RuntimeError", "IndexError", "ValueError", "NotImplementedError", "TypeError"):
            return None
        found = next((each for each, text in PATTERNS.items() if re.search(text, message, re.I | re.S)), "")
        if found != code:
            return None
        said = message.strip().split("\n")[0].replace("`", "'")[:200]
        return Seen(f"torch stopped at {at(trace, event)}: `{said}`", ((event, f"raised {kind}"),))

    return look
