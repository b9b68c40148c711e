"""The tape, to be looked at: what a tensor was computed from."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet import _C

if TYPE_CHECKING:
    import os

    from tenet._C import Tensor


class Tape:
    """The records that a tensor was computed by. print(tape(y)) is a table; in a notebook it is a drawing."""

    def __init__(self, y: Tensor) -> None:
        self._y = y

    def __repr__(self) -> str:
        return _C.tape_text(self._y).rstrip("\n")

    def draw(self, path: str | os.PathLike[str] | None = None) -> str | Any:
        """A drawing as SVG: its text, or written to a file."""
        return _written(_C.tape_svg(self._y), path)

    def dot(self, path: str | os.PathLike[str] | None = None) -> str | Any:
        """The same as a graph for Graphviz."""
        return _written(_C.tape_dot(self._y), path)

    def _repr_svg_(self) -> str:
        return _C.tape_svg(self._y)


def _written(text: str, path: str | os.PathLike[str] | None) -> str | Any:
    if path is None:
        return text
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return None


def tape(y: Tensor) -> Tape:
    """The tape of y, as a Tape."""
    return Tape(y)
