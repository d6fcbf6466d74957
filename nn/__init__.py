"""Neurons, layers and multi-layer perceptrons made of `autograd` Values, with PyTorch's names.

>>> from nn import MLP
>>> model = MLP(2, [16, 16, 1], seed=0)
>>> model
MLP(2, [16, 16, 1], activation='relu')  # 337 parameters
"""

from autograd import Parameter
from nn.layers import MLP, Layer, Neuron
from nn.losses import hinge_loss, mse_loss
from nn.module import Module
from nn.optim import SGD

__all__ = ["MLP", "SGD", "Layer", "Module", "Neuron", "Parameter", "hinge_loss", "mse_loss"]
