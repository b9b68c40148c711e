"""A table of what happens in a network."""
from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet.autograd.grad_mode import no_grad
from tenet.nn.conv import _ConvNd
from tenet.nn.linear import Linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenet._C import Tensor
    from tenet.nn.module import Module


def summary(net: Module, input_shape: Sequence[int]) -> str:
    """A table of what happens when `net` sees an input of this shape: the modules in the order they run, output shapes,
    parameters, multiply-adds; and their totals. A module that runs twice has two rows, its parameters in the first.

    The net runs once, on zeros of its parameters' type, in evaluation and unrecorded, on a copy with tensors of its own.
    Multiplications outside of Linear and convolution layers are not counted."""
    net = copy.deepcopy(net).eval()
    rows: list[Any] = []
    counted: set[int] = set()
    handles = [hook for name, module in net.named_modules() for hook in _watch(module, name, rows, counted)]
    first = next(iter(net.parameters()), None)
    with no_grad():
        net(_C.zeros(input_shape, dtype=_C.float32 if first is None else first.dtype))
    for handle in handles:
        handle.remove()
    total = ("total", "", sum(p.numel() for p in net.parameters()), sum(row[3] for row in rows))
    return _table([("layer", "output shape", "parameters", "multiply-adds"), *rows, total])


def _watch(module: Module, name: str, rows: list[Any], counted: set[int]) -> Any:
    """Hooks that add a row for each call, at its beginning, and fill it in at its end."""
    open_rows = []

    def enter(module: Module, args: Any) -> None:
        open_rows.append(len(rows))
        rows.append(None)

    def leave(module: Module, args: Any, output: Any) -> None:
        at = open_rows.pop()
        depth = 2 * (name.count(".") + 1) if name else 0
        shape = list(output.shape) if isinstance(output, _C.Tensor) else ""
        label = f"{' ' * depth}{name}{' ' if name else ''}({type(module).__name__})"
        rows[at] = (label, shape, _parameters(module, counted), _multiply_adds(module, args[0], output))

    return module.register_forward_pre_hook(enter), module.register_forward_hook(leave)


def _parameters(module: Module, counted: set[int]) -> int:
    new = [p for p in module.parameters(recurse=False) if id(p) not in counted]
    counted.update(map(id, new))
    return sum(p.numel() for p in new)


def _multiply_adds(module: Module, x: Tensor, y: Tensor) -> int:
    """Of a layer's own forward, from an input and output of these shapes."""
    if isinstance(module, Linear):
        return y.numel() * int(module.in_features)
    if isinstance(module, _ConvNd):
        channels = module.out_channels if module.is_transposed else module.in_channels
        taps = channels // module.groups * math.prod(module.kernel_size)
        return (x if module.is_transposed else y).numel() * int(taps)
    return 0


def _table(rows: list[tuple[Any, ...]]) -> str:
    cells = [[str(row[0]), str(row[1]), *(f"{n:,}" if isinstance(n, int) and n else "" if n == 0 else n for n in row[2:])]
             for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = ["  ".join(cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
             for row in cells]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])
