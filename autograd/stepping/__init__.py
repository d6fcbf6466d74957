"""Backprop for people: step by step."""

from autograd.stepping.cursor import Moment, Stepper
from autograd.stepping.listing import ForwardStep, SeedStep, Step, steps

__all__ = ["ForwardStep", "Moment", "SeedStep", "Step", "Stepper", "steps"]
