"""How a model is built, as plain data: from that it can be built again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import Value
from nn.activations import ACTIVATIONS
from nn.layers import MLP, Layer, Neuron
from nn.module import Module
from nn.perceptron import Perceptron
from nn.sequential import Sequential

# What makes a module again, without drawing from Python's `random`, and the arguments to be kept for that.
BUILDERS: dict[str, Callable[..., Module]] = {
    "Neuron": lambda **arguments: Neuron(**arguments, seed=0),
    "Layer": lambda **arguments: Layer(**arguments, seed=0),
    "MLP": lambda **arguments: MLP(**arguments, seed=0),
    "Perceptron": Perceptron,
}
ARGUMENTS: dict[type, Callable[[Any], dict[str, Any]]] = {
    Neuron: lambda neuron: {
        "nin": len(neuron.w),
        "activation": _name(neuron.activation),
        "bias": neuron.b is not None,
    },
    Layer: lambda layer: {
        "nin": len(layer.neurons[0].w),
        "nout": len(layer.neurons),
        "activation": _name(layer.activation),
        "bias": layer.neurons[0].b is not None,
    },
    MLP: lambda mlp: {
        "nin": len(mlp.layers[0].neurons[0].w),
        "nouts": [len(layer.neurons) for layer in mlp.layers],
        "activation": _name(mlp.activation),
        "output_activation": _name(mlp.output_activation),
        "bias": [layer.neurons[0].b is not None for layer in mlp.layers],
    },
    Perceptron: lambda perceptron: {"nin": len(perceptron.w), "lr": perceptron.lr},
}


def describe(model: Module) -> Any:
    """What `build` makes the same model of."""
    try:
        description = _described(model)
        copy = build(description)
        same = list(copy.state_dict()) == list(model.state_dict()) and _form(copy) == _form(model)
    except (AttributeError, IndexError):  # a part is missing
        same = False
    if not same:
        raise ValueError(
            f"this {type(model).__name__} is not as its constructor makes it, since a part was exchanged or is there "
            "twice; save(model.state_dict(), path) keeps its numbers"
        )
    return description


def _described(module: Any) -> Any:
    """The arguments that make a module, as JSON has them; of an activation in a Sequential, its name."""
    if type(module) is Sequential:
        return {"class": "Sequential", "modules": [_described(part) for part in module]}
    if type(module) in ARGUMENTS:
        return {"class": type(module).__name__} | ARGUMENTS[type(module)](module)
    if isinstance(module, Module):
        raise ValueError(
            f"save knows {', '.join(BUILDERS)} and Sequential, not {type(module).__name__}: "
            "save(model.state_dict(), path) keeps its numbers, for model.load_state_dict(load(path))"
        )
    return _name(module)


def _name(activation: Any) -> str:
    for name, function in ACTIVATIONS.items():
        if activation in (name, function):
            return name
    raise ValueError(
        f"files hold no code, so that an activation that is a function without a name in ACTIVATIONS, "
        f"{activation!r:.60}, cannot be saved; save(model.state_dict(), path) keeps the numbers"
    )


def _form(item: Any) -> Any:
    """All that makes up a module but numbers and labels, to be compared."""
    if isinstance(item, Module):
        return type(item), {name: _form(part) for name, part in vars(item).items() if name != "label"}
    if isinstance(item, list):
        return [_form(part) for part in item]
    if isinstance(item, Value):
        return Value
    return _name(item) if callable(item) else item


def count_parameters(description: Any) -> int:
    """How many parameters there will be, before anything of that size is made."""
    if isinstance(description, str):
        return 0
    if description["class"] == "Sequential":
        return sum(map(count_parameters, description["modules"]))
    nouts = description.get("nouts", [description.get("nout", 1)])
    sizes = [description["nin"], *nouts]
    bias = description.get("bias", True)
    biases = bias if isinstance(bias, list) else [bias] * len(nouts)
    known = all(type(size) is int and size > 0 for size in sizes) and all(type(bias) is bool for bias in biases)
    if not known or len(biases) != len(nouts):
        raise ValueError(f"sizes are integers from 1, biases true or false; got {description!r:.200}")
    return sum((nin + bias) * nout for nin, nout, bias in zip(sizes, nouts, biases))


def build(description: Any) -> Any:
    if isinstance(description, str):
        return ACTIVATIONS[description]
    arguments = dict(description)
    name = arguments.pop("class")
    if name == "Sequential":
        return Sequential(*map(build, arguments["modules"]))
    return BUILDERS[name](**arguments)
