"""`Sequential`: modules in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograd import Value
from nn.activations import TOGETHER, shown
from nn.module import Module, described


class Sequential(Module):
    """Modules and functions in a row, each on what the one before gives: fₙ(… f₂(f₁(x))).

    It has a length, is iterated and indexed as a list; a slice of it is a Sequential of the same modules.

    Args:
        modules: Modules, or functions of a Value such as `relu`, which run on each of a list of outputs; `softmax`
            and `log_softmax` run on the whole list. Modules without a label get one, such as "layer 1".

    Raises:
        TypeError: one of them cannot be called.

    >>> from autograd import softmax, tanh
    >>> from nn import Layer
    >>> from nn import Sequential
    >>> model = Sequential(Layer(2, 3, "identity", seed=0), tanh, Layer(3, 2, "identity", seed=1), softmax)
    >>> print(sum(p.data for p in model([0.5, -1.0])))
    1.0
    >>> model[:2]
    Sequential(
      (0): Layer(2, 3, activation='identity')
      (1): tanh
    )  # 9 parameters
    """

    def __init__(self, *modules: Callable[..., Any]) -> None:
        for number, module in enumerate(modules, 1):
            if not callable(module):
                raise TypeError(
                    "Sequential takes Modules and functions, one after the other, e.g. Sequential(Layer(2, 3), "
                    f"Layer(3, 1)); argument {number} is {type(module).__name__} {module!r:.60}"
                )
            if isinstance(module, Module):
                module.label = module.label or f"layer {number}"
        self.layers = list(modules)

    def forward(self, x: Any) -> Any:
        """What the last one gives."""
        for layer in self.layers:
            each = not isinstance(layer, Module) and layer not in TOGETHER and not isinstance(x, (Value, float, int))
            x = [layer(item) for item in x] if each else layer(x)
        return x

    def __getitem__(self, index: int | slice) -> Any:
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter(self.layers)

    def __repr__(self) -> str:
        parts = [repr(layer) if isinstance(layer, Module) else shown(layer) for layer in self.layers]
        return described(self, [(str(number), part) for number, part in enumerate(parts)])
