"""Names for types that annotations use; nothing imports this while a program runs."""
from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tenet._C import Tensor, device
from tenet.nn import Module

T = TypeVar("T")
Tensors = Tensor | Sequence[Tensor]
Grads = Tensor | Sequence[Tensor | None] | None
Inputs = Any  # tensors, or lists, tuples and dicts of them and of other things
Kernel = Tensor | Module
Sizes = int | Sequence[int]
PerAxis = Any  # an int, one for each axis, a pair (low, high) for each, or "same"
DeviceLike = str | device | None
Path = str | os.PathLike[str]
Parameters = Tensor | Iterable[Tensor]
Params = Iterable[Tensor] | Iterable[Mapping[str, Any]] | Iterable[tuple[str, Tensor]]
