"""Tensors that belong to a module."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor

if TYPE_CHECKING:
    from typing import SupportsIndex
    from typing_extensions import Self


class Parameter(Tensor):
    """A tensor that a module trains: assigned to an attribute of a module, it is one of its parameters()."""

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        self: Self = _C.make_subclass(cls, _C.empty(0) if data is None else data, requires_grad)
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.detach(), self.requires_grad), self.__dict__ or None


class Buffer(Tensor):
    """A tensor that is saved with its module but not trained. Unless persistent, it is not in the state_dict."""

    persistent: bool

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Self:
        self: Self = _C.make_subclass(cls, _C.empty(0) if data is None else data, False)
        self.persistent = persistent
        return self

    __reduce_ex__ = Parameter.__reduce_ex__

    def __repr__(self) -> str:
        return repr(self.detach())

    __str__ = __repr__


def _rebuild(cls: type[Tensor], data: Tensor, requires_grad: bool) -> Tensor:
    rebuilt: Tensor = _C.make_subclass(cls, data, requires_grad)
    return rebuilt
