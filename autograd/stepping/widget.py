"""What joins a notebook's widget to Python."""

from __future__ import annotations

from typing import Any


def widget(script: str, state: dict[str, Any]) -> Any:
    """A widget for Jupyter, VS Code and Colab.

    Args:
        script: its module of JavaScript.
        state: what the script and Python share, as attributes of the widget; either may change it.

    Raises:
        ImportError: the package anywidget is not installed.
    """
    import anywidget
    import traitlets

    traits = {name: traitlets.Any(value).tag(sync=True) for name, value in state.items()}
    return type("Widget", (anywidget.AnyWidget,), {"_esm": script, **traits})()
