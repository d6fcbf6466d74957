"""What a notebook shows as a widget, and a file holds as a page."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from autograd.drawing import Drawing, draw
from autograd.stepping.lessons import TooLargeError
from autograd.stepping.pages import Script, cell, module, page, still_picture
from autograd.stepping.widget import widget
from autograd.value import Value


class Shown:
    """The base of what people step through or practise on."""

    root: Value
    _title: str
    _script: Script
    _widget: Any = None

    def _data(self) -> dict[str, Any]:
        """What the script needs to know."""
        raise NotImplementedError

    def _fresh(self) -> dict[str, Any]:
        """The same for a page that somebody else opens."""
        return self._data()

    def _shared(self) -> tuple[str, ...]:
        """What of it the widget and Python both change."""
        raise NotImplementedError

    def _listen(self, widget: Any) -> None:
        """Do what people do in the widget."""
        raise NotImplementedError

    @property
    def html(self) -> str:
        """A page of its own, which needs no network and no Python."""
        return page(self._script, self._fresh(), self._title)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the page to a file.

        Args:
            path: where to; it ends in .html.

        Returns:
            The path.

        Raises:
            ValueError: it ends in something else, or the graph is too large.
            ImportError: a package is not installed.
            OSError: the file cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() != ".html":
            raise ValueError(f"a page is saved as .html, got {path.name!r}")
        contents = self.html.encode()  # before the file is touched
        path.write_bytes(contents)
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        try:
            if self._widget is None:
                self._widget = self._new_widget()
        except TooLargeError as error:
            return {"text/plain": f"{self!r}\n{error}"}
        except ImportError:  # no widgets here: the page does without Python
            picture = self._still()
            return picture | {"text/html": cell(self._script, self._data(), picture.get("text/html", ""))}
        data, metadata = self._widget._repr_mimebundle_()
        return data | self._still(), metadata

    def _still(self) -> dict[str, str]:
        return still_picture(self._drawing()) | {"text/plain": repr(self)}

    def _drawing(self) -> Drawing:
        """What is seen where no script runs."""
        return draw(self.root)

    def _new_widget(self) -> Any:
        data = self._data()
        shared = {name: data.pop(name) for name in self._shared()}
        made = widget(module(self._script), {"data": data, **shared})
        self._listen(made)
        return made
