"""The tape, to be looked at: what a tensor was computed from."""
from tenet import _C


class Tape:
    """The records that a tensor was computed by. print(tape(y)) is a table; in a notebook it is a drawing."""

    def __init__(self, y):
        self._y = y

    def __repr__(self):
        return _C.tape_text(self._y).rstrip("\n")

    def draw(self, path=None):
        """A drawing as SVG: its text, or written to a file."""
        return _written(_C.tape_svg(self._y), path)

    def dot(self, path=None):
        """The same as a graph for Graphviz."""
        return _written(_C.tape_dot(self._y), path)

    def _repr_svg_(self):
        return self.draw()


def _written(text, path):
    if path is None:
        return text
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return None


def tape(y):
    """The tape of y, as a Tape."""
    return Tape(y)
