"""Backprop for people: step by step."""

from autograd.stepping.listing import Step, steps

__all__ = ["Step", "steps"]
