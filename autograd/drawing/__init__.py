"""Diagrams of graphs."""

from autograd.drawing.drawing import Drawing, draw
from autograd.drawing.engine import DrawingError

__all__ = ["Drawing", "DrawingError", "draw"]
