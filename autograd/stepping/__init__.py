"""Backprop for people: step by step."""

from autograd.stepping.steps import Step, steps

__all__ = ["Step", "steps"]
