"""Pictures of a loop: each a function of a Trace that gives a Figure (text, and HTML that follows the page's theme)."""

from __future__ import annotations

from lessontools.loop.drawing import Figure
from lessontools.loop.stepper import stepper
from lessontools.loop.strip import strip

__all__ = ["Figure", "stepper", "strip"]
