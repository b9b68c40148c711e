#!/usr/bin/env python3
"""Draws the figures of docs/ from what the library computes: matrices of convolutions and tapes.

    PYTHONPATH=build/python python3 docs/figures/draw.py           writes them
    PYTHONPATH=build/python python3 docs/figures/draw.py --check   fails if one is not what it would draw
"""
import pathlib
import sys

import tenet
from tenet.nn import functional as F

FOLDER = pathlib.Path(__file__).parent
CELL = 28
# One colour for each weight of a kernel; 0 is white.
COLOURS = ["#9ecae1", "#fdae6b", "#a1d99b", "#bcbddc", "#fc9272", "#d9d9d9", "#fee391", "#80cdc1", "#f1b6da"]


def matrix_svg(matrix):
    """A matrix as a grid, an entry's colour by its value."""
    rows, columns = matrix.shape
    values = sorted({v for row in matrix.tolist() for v in row if v})
    width, height = columns * CELL + 2, rows * CELL + 2
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">']
    for i, row in enumerate(matrix.tolist()):
        for j, value in enumerate(row):
            x, y = j * CELL + 1, i * CELL + 1
            colour = COLOURS[values.index(value) % len(COLOURS)] if value else "#ffffff"
            parts.append(f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{colour}" stroke="#888888"/>')
            if value:
                parts.append(f'<text x="{x + CELL / 2:g}" y="{y + CELL / 2 + 4:g}" text-anchor="middle">{value:g}</text>')
    return "\n".join([*parts, "</svg>", ""])


def kernel():
    return tenet.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 1, 2, 2)


def tape_of_both():
    """A convolution and the way back."""
    x, w = tenet.ones(1, 1, 3, 3, requires_grad=True), kernel().requires_grad_()
    return tenet.tape(F.conv_transpose2d(F.conv2d(x, w), w)).draw()


FIGURES = {
    "matrix.svg": lambda: matrix_svg(tenet.as_matrix(kernel(), (3, 3))),
    "matrix_transposed.svg": lambda: matrix_svg(tenet.as_matrix(kernel(), (3, 3)).T),
    "matrix_stride.svg": lambda: matrix_svg(tenet.as_matrix(kernel(), (4, 4), stride=2)),
    "tape.svg": tape_of_both,
}


def main():
    for name, draw in FIGURES.items():
        path, text = FOLDER / name, draw()
        if "--check" not in sys.argv[1:]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            sys.exit(f"docs/figures/{name} is not what draw.py draws. Run it.")


if __name__ == "__main__":
    main()
