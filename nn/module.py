"""`Module`: what has parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from autograd import Value, scope

MANY = 20  # paths; of more, an error names so many


class Module:
    """The base of neurons, layers and networks: it finds the parameters that are kept in its attributes.

    Parameters are the Values in attributes, and in lists, tuples, dictionaries, arrays and Modules there.
    A module defines `forward`; calling the module runs it in a scope of the module's label, so that drawings
    show a frame around what it computes.

    Attributes:
        label: what to call the module in drawings; if empty, by its class.

    >>> from nn import Module, Parameter
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Parameter(2.0), Parameter(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, [name for name, _ in line.named_parameters()]
    (7.0, ['slope', 'offset'])
    >>> line
    Line()  # 2 parameters
    """

    label = ""
    forward: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What `forward` gives.

        Raises:
            TypeError: the module defines no `forward`.
        """
        forward = getattr(self, "forward", None)
        if forward is None:
            raise TypeError(f"{type(self).__name__} defines no forward(self, ...), which calling a module runs")
        with scope(self.label or type(self).__name__):
            return forward(*args, **kwargs)

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Every parameter once, with the path to it, such as `layers.0.neurons.3.w.1`."""
        found: dict[Value, str] = {}
        for path, value in _values(vars(self), ""):
            found.setdefault(value, path)
        return [(path, value) for value, path in found.items()]

    def parameters(self) -> list[Value]:
        """Every parameter once, in the order of `named_parameters`."""
        return [value for _, value in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the `.grad` of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter under its path, to be kept and given to `load_state_dict`.

        >>> from nn import Neuron
        >>> Neuron(2, init=[3, -1]).state_dict()
        {'w.0': 3.0, 'w.1': -1.0, 'b': 0.0}
        """
        return {path: parameter.data for path, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter to its number in `state`; on an error nothing changes.

        Args:
            state: a number for the path of each parameter, and nothing else, as `state_dict` gives it.

        Raises:
            TypeError: `state` is no dictionary, or has something in it that is no number.
            ValueError: paths are missing or unexpected.

        >>> from nn import Neuron
        >>> neuron = Neuron(1)
        >>> neuron.load_state_dict({"w.0": 2.0, "b": 0.5})
        >>> neuron([3.0]).data
        6.5
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"a state is a dictionary as state_dict() gives it, got {type(state).__name__}")
        parameters = dict(self.named_parameters())
        missing = [path for path in parameters if path not in state]
        unexpected = [path for path in state if path not in parameters]
        if missing or unexpected:
            raise ValueError(
                f"this state is not one of {type(self).__name__}: missing {_listed(missing)}; "
                f"unexpected {_listed(unexpected)}; load it into a module of the sizes it comes from"
            )
        numbers = {path: _number(path, state[path]) for path in parameters}
        for path, parameter in parameters.items():
            parameter.data = numbers[path]

    def __repr__(self) -> str:
        modules = [(path, part) for path, part in parts_of(vars(self), "") if isinstance(part, Module)]
        return described(self, [(path, repr(module)) for path, module in modules])


def size(module: Module) -> str:
    """How many parameters a module has, in words.

    >>> from nn import Neuron
    >>> from nn.module import size
    >>> size(Neuron(2)), size(Neuron(1, bias=False))
    ('3 parameters', '1 parameter')
    """
    count = len(module.parameters())
    return f"{count} parameter{'s' * (count != 1)}"


def described(module: Module, parts: Sequence[tuple[str, str]]) -> str:
    """The representation of a module: its class, a line for each part, how many parameters there are.

    Args:
        module: the module.
        parts: the name and the representation of each part.

    >>> from nn import Module
    >>> from nn.module import described
    >>> print(described(Module(), [("body", "Layer(2, 3)"), ("head", "Layer(3, 1)")]))
    Module(
      (body): Layer(2, 3)
      (head): Layer(3, 1)
    )  # 0 parameters
    """
    lines = [f"({name}): {text}" for name, text in parts]
    inside = "".join("\n" + line for line in lines).replace("\n", "\n  ") + "\n" * bool(lines)
    return f"{type(module).__name__}({inside})  # {size(module)}"


def _values(item: Any, path: str) -> Iterator[tuple[str, Value]]:
    for name, part in parts_of(item, path):
        if isinstance(part, Module):
            yield from _values(vars(part), name)
        else:
            yield name, part


def parts_of(item: Any, path: str) -> Iterator[tuple[str, Value | Module]]:
    """The Values and Modules in attributes, lists, tuples, dictionaries and arrays, but not those in Modules there."""
    if isinstance(item, (Value, Module)):
        yield path, item
    elif hasattr(item, "tolist"):  # a NumPy array
        yield from parts_of(item.tolist(), path)
    elif isinstance(item, (list, tuple, dict)):
        for key, part in item.items() if isinstance(item, dict) else enumerate(item):
            yield from parts_of(part, f"{path}.{key}" if path else str(key))


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - MANY} more" * (len(paths) > MANY)
    return ", ".join(map(repr, paths[:MANY])) + more if paths else "nothing"


def _number(path: str, number: Any) -> float:
    try:
        return Value(number).data
    except TypeError as error:
        raise TypeError(f"{path} in this state: {error}") from None
