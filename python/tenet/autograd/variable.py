"""PyTorch's old name for a tensor."""
from __future__ import annotations

from typing import Any

from tenet._C import Tensor


class _Kind(type):
    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, Tensor)


class Variable(metaclass=_Kind):
    """Variable(x) is x without its history; every tensor is a Variable."""

    def __new__(cls, data: Tensor, requires_grad: bool = False) -> Tensor:  # type: ignore[misc]
        return data.detach().requires_grad_(requires_grad)
