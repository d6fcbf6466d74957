"""Neurons, layers and multi-layer perceptrons made of `autograd` Values, with PyTorch's names.

>>> from nn import MLP
>>> model = MLP(2, [16, 16, 1], seed=0)
>>> model
MLP(2, [16, 16, 1], activation='relu')  # 337 parameters
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd import Parameter
from nn.layers import MLP, Layer, Neuron
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_sum_of_squares,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    softmax_cross_entropy_with_logits,
)
from nn.module import Module
from nn.perceptron import Perceptron
from nn.sequential import Sequential

if TYPE_CHECKING:
    from nn.adaptive import Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RMSprop
    from nn.boundaries import TrainingAnimation, plot_decision_boundary
    from nn.checkpoints import History
    from nn.clipping import clip_grad_norm_, clip_grad_value_
    from nn.data import AND, NAND, OR, XOR, batches, one_hot, spirals, split, standardize
    from nn.descents import plot_descent_1d, plot_descent_2d, plot_learning_rates
    from nn.gpt import GPT
    from nn.gpt_training import generate, train_gpt
    from nn.network_drawing import NetworkDrawing, draw_network
    from nn.optimizers import SGD, Optimizer
    from nn.plots import plot_activations, plot_losses, plot_weights
    from nn.saving import load, save
    from nn.schedules import CosineAnnealingLR, ExponentialLR, LinearLR, LRScheduler, SequentialLR, StepLR
    from nn.text import Tokenizer, first_names
    from nn.training import Epoch, accuracy, fit

# Imported at first use: these need NumPy, matplotlib, or the rooms that draw graphs, and not every program does.
_LAZY = {
    "nn.adaptive": ["Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RMSprop"],
    "nn.boundaries": ["TrainingAnimation", "plot_decision_boundary"],
    "nn.checkpoints": ["History"],
    "nn.clipping": ["clip_grad_norm_", "clip_grad_value_"],
    "nn.data": ["AND", "NAND", "OR", "XOR", "batches", "one_hot", "spirals", "split", "standardize"],
    "nn.descents": ["plot_descent_1d", "plot_descent_2d", "plot_learning_rates"],
    "nn.gpt": ["GPT"],
    "nn.gpt_training": ["generate", "train_gpt"],
    "nn.network_drawing": ["NetworkDrawing", "draw_network"],
    "nn.optimizers": ["SGD", "Optimizer"],
    "nn.plots": ["plot_activations", "plot_losses", "plot_weights"],
    "nn.saving": ["load", "save"],
    "nn.schedules": ["CosineAnnealingLR", "ExponentialLR", "LRScheduler", "LinearLR", "SequentialLR", "StepLR"],
    "nn.text": ["Tokenizer", "first_names"],
    "nn.training": ["Epoch", "accuracy", "fit"],
}
_HOMES = {name: module for module, names in _LAZY.items() for name in names}

__all__ = [
    "AND",
    "GPT",
    "MLP",
    "NAND",
    "OR",
    "SGD",
    "XOR",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "CosineAnnealingLR",
    "Epoch",
    "ExponentialLR",
    "History",
    "LRScheduler",
    "Layer",
    "LinearLR",
    "Module",
    "NAdam",
    "NetworkDrawing",
    "Neuron",
    "Optimizer",
    "Parameter",
    "Perceptron",
    "RMSprop",
    "Sequential",
    "SequentialLR",
    "StepLR",
    "Tokenizer",
    "TrainingAnimation",
    "accuracy",
    "batches",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "clip_grad_norm_",
    "clip_grad_value_",
    "cross_entropy",
    "draw_network",
    "first_names",
    "fit",
    "generate",
    "half_sum_of_squares",
    "hinge_loss",
    "huber_loss",
    "l1_loss",
    "load",
    "mse_loss",
    "nll_loss",
    "one_hot",
    "plot_activations",
    "plot_decision_boundary",
    "plot_descent_1d",
    "plot_descent_2d",
    "plot_learning_rates",
    "plot_losses",
    "plot_weights",
    "save",
    "softmax_cross_entropy_with_logits",
    "spirals",
    "split",
    "standardize",
    "train_gpt",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
