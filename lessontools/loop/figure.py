"""Pictures of a loop: each a function of a Trace that gives a Figure (text, and HTML that follows the page's theme)."""

from __future__ import annotations

from lessontools.loop.drawing import Figure
from lessontools.loop.epochs import epochs
from lessontools.loop.flow import gradient_flow
from lessontools.loop.graph import graph
from lessontools.loop.pipeline import pipeline
from lessontools.loop.stepper import stepper
from lessontools.loop.strip import strip
from lessontools.loop.weights import weights

__all__ = ["Figure", "epochs", "gradient_flow", "graph", "pipeline", "stepper", "strip", "weights"]
