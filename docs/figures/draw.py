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
GAP = 30  # between grids, for a sign
COLOURS = ["#9ecae1", "#fdae6b", "#a1d99b", "#bcbddc", "#fc9272", "#d9d9d9"]
WHITE = "#ffffff"


def text(x, y, what):
    return f'<text x="{x:g}" y="{y + 4:g}" text-anchor="middle">{what}</text>'


def grid(left, top, rows, colour):
    """Numbers in squares, and nothing in a square for None; colour(i, j) fills it."""
    parts = []
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            x, y = left + j * CELL, top + i * CELL
            parts.append(f'<rect x="{x:g}" y="{y:g}" width="{CELL}" height="{CELL}" fill="{colour(i, j)}" stroke="#888888"/>')
            if value is not None:
                parts.append(text(x + CELL / 2, y + CELL / 2, f"{value:g}"))
    return parts


def svg(width, height, parts):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="{width:g}" height="{height:g}" fill="{WHITE}"/>', *parts, "</svg>", ""])


def in_a_row(grids, signs):
    """Grids (rows, colour) side by side, in the middle of the height, with a sign after each but the last."""
    height = max(len(rows) for rows, _ in grids) * CELL
    parts, left = [], 1
    for (rows, colour), sign in zip(grids, [*signs, ""]):
        parts += grid(left, 1 + (height - len(rows) * CELL) / 2, rows, colour)
        left += len(rows[0]) * CELL
        if sign:
            parts.append(text(left + GAP / 2, 1 + height / 2, sign))
            left += GAP
    return svg(left + 1, height + 2, parts)


def matrix_svg(matrix):
    """A matrix as a grid: one colour for each weight, none for 0."""
    rows = [[value or None for value in row] for row in matrix.tolist()]
    values = sorted({value for row in rows for value in row if value})

    def colour(i, j):
        return COLOURS[values.index(rows[i][j])] if rows[i][j] else WHITE

    return in_a_row([(rows, colour)], [])


def scatter_svg(x, kernel, stride):
    """A transposed convolution: for each number of x a copy of the kernel, a row of W times that number, and their sum."""
    size = [stride * (n - 1) + k for n, k in zip(x.shape, kernel.shape)]
    copies = tenet.as_matrix(kernel.view(1, 1, *kernel.shape), size, stride=stride).view(-1, *size)
    reached = tenet.as_matrix(tenet.ones(1, 1, *kernel.shape), size, stride=stride).view(-1, *size).bool().tolist()

    def copy(o):
        values = (x.reshape(-1)[o] * copies[o]).tolist()
        rows = [[value if there else None for value, there in zip(*row)] for row in zip(values, reached[o])]
        return rows, lambda i, j: COLOURS[o] if reached[o][i][j] else WHITE

    columns = x.shape[1]
    total = (x.view(-1, 1, 1) * copies).sum(0).tolist()
    return in_a_row([(x.tolist(), lambda i, j: COLOURS[i * columns + j]), (kernel.tolist(), lambda i, j: WHITE),
                     *(copy(o) for o in range(x.numel())), (total, lambda i, j: WHITE)],
                    ["*", "=", *["+"] * (x.numel() - 1), "="])


def cut_svg(x, kernel):
    """What padding=1 takes off the result: the squares in grey."""
    size = [n + k - 1 for n, k in zip(x.shape, kernel.shape)]
    whole = (tenet.as_matrix(kernel.view(1, 1, *kernel.shape), size).T @ x.reshape(-1)).view(size)

    def colour(i, j):
        return COLOURS[0] if 0 < i < size[0] - 1 and 0 < j < size[1] - 1 else "#d9d9d9"

    return in_a_row([(whole.tolist(), colour)], [])


def patches_svg(height, width, n):
    """Which output of a convolution with an n x n kernel and stride n reads which input: the columns of W."""
    weights = tenet.as_matrix(tenet.ones(1, 1, n, n), (height, width), stride=n)
    reader = weights.T.argmax(1).view(height, width).tolist()
    outputs = tenet.arange(weights.shape[0]).view(height // n, width // n).tolist()
    return in_a_row([([[None] * width] * height, lambda i, j: COLOURS[reader[i][j]]),
                     ([[None] * (width // n)] * (height // n), lambda i, j: COLOURS[outputs[i][j]])], ["to"])


def square(*values):
    return tenet.tensor(values).view(2, 2)


def tape_of_both():
    """A convolution and the way back."""
    x, w = tenet.ones(1, 1, 3, 3, requires_grad=True), KERNEL.clone().requires_grad_()
    return tenet.tape(F.conv_transpose2d(F.conv2d(x, w), w)).draw()


KERNEL = square(1.0, 2.0, 3.0, 4.0).view(1, 1, 2, 2)
COUNTED = square(0.0, 1.0, 2.0, 3.0)
FIGURES = {
    "scatter.svg": lambda: scatter_svg(COUNTED, COUNTED, 1),
    "scatter_stride.svg": lambda: scatter_svg(COUNTED, COUNTED, 2),
    "cut.svg": lambda: cut_svg(COUNTED, COUNTED),
    "by_hand.svg": lambda: scatter_svg(square(2.0, 4.0, 0.0, 1.0), square(3.0, 1.0, 1.0, 5.0), 1),
    "patches.svg": lambda: patches_svg(4, 6, 2),
    "matrix.svg": lambda: matrix_svg(tenet.as_matrix(KERNEL, (3, 3))),
    "matrix_transposed.svg": lambda: matrix_svg(tenet.as_matrix(KERNEL, (3, 3)).T),
    "matrix_stride.svg": lambda: matrix_svg(tenet.as_matrix(KERNEL, (4, 4), stride=2)),
    "tape.svg": tape_of_both,
}


def main():
    for name, draw in FIGURES.items():
        path, drawing = FOLDER / name, draw()
        if "--check" not in sys.argv[1:]:
            path.write_text(drawing)
        elif not path.exists() or path.read_text() != drawing:
            sys.exit(f"docs/figures/{name} is not what draw.py draws. Run it.")


if __name__ == "__main__":
    main()
