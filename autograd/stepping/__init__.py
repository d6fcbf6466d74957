"""Backprop for people: step by step, by hand, explained."""

from autograd.stepping.cards import Card, Verdict
from autograd.stepping.cursor import Moment, Stepper
from autograd.stepping.exercises import exercise
from autograd.stepping.explaining import Explanation, explain
from autograd.stepping.listing import ForwardStep, SeedStep, Step, steps
from autograd.stepping.mistakes import Mistake
from autograd.stepping.practising import Practice, Report, practice
from autograd.stepping.worksheets import Worksheet, worksheet

__all__ = [
    "Card",
    "Explanation",
    "ForwardStep",
    "Mistake",
    "Moment",
    "Practice",
    "Report",
    "SeedStep",
    "Step",
    "Stepper",
    "Verdict",
    "Worksheet",
    "exercise",
    "explain",
    "practice",
    "steps",
    "worksheet",
]
