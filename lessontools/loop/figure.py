"""Pictures of a loop: each a function of what was recorded that gives a Figure (text, and HTML in the page's theme)."""

from __future__ import annotations

from lessontools.loop.drawing import Figure
from lessontools.loop.epochs import epochs
from lessontools.loop.flow import gradient_flow
from lessontools.loop.graph import graph
from lessontools.loop.pipeline import pipeline
from lessontools.loop.stepper import stepper
from lessontools.loop.strip import strip
from lessontools.loop.surface import surface
from lessontools.loop.trail import trail
from lessontools.loop.weights import weights

__all__ = ["Figure", "epochs", "gradient_flow", "graph", "pipeline", "stepper", "strip", "surface", "trail", "weights"]
