"""Summaries for notebooks."""
from __future__ import annotations

import html
from typing import TYPE_CHECKING

from tenet import _C

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenet._C import Tensor
    from tenet.nn.module import Module


def _table(title: str, rows: Iterable[tuple[str, ...]]) -> str:
    cells = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div><b>{html.escape(title)}</b><table>{cells}</table></div>"


def _statistics(x: Tensor) -> list[tuple[str, str]]:
    """Smallest, mean, largest element, and how many are not finite."""
    x = x.detach().to(_C.float64)
    finite = (x == x) & (x.abs() != float("inf"))
    rows = [("not finite", f"{int((~finite).sum())}")]
    if finite.all():
        rows = [("min", f"{-(-x).amax().item():.6g}"), ("mean", f"{x.mean().item():.6g}"), ("max", f"{x.amax().item():.6g}")]
    return rows


def tensor_table(x: Tensor) -> str:
    """What x is, what its elements are like, and its text."""
    rows = [("shape", str(tuple(x.shape))), ("dtype", str(x.dtype)), ("device", str(x.device))]
    if x.requires_grad:
        rows.append(("computed by" if x.grad_fn else "requires grad", str(x.grad_fn or True)))
    if x.numel() and x.dtype != _C.bool:
        rows += _statistics(x)
    return _table("Tensor", rows) + f"<pre>{html.escape(repr(x))}</pre>"


def module_table(module: Module) -> str:
    """The parameters of a module, and its text."""
    rows = [("parameter", "shape", "elements")]
    parameters = list(module.named_parameters())
    rows += [(name, str(tuple(p.shape)), f"{p.numel():,}") for name, p in parameters]
    rows.append(("all", "", f"{sum(p.numel() for _, p in parameters):,}"))
    return _table(type(module).__name__, rows) + f"<pre>{html.escape(repr(module))}</pre>"
