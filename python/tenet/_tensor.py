"""Methods of Tensor that are written in Python."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor

if TYPE_CHECKING:
    from typing import SupportsIndex

    from tenet._C import dtype


def _buffer_of(x: Any) -> memoryview:
    return memoryview(x)


def _rebuild(cls: type[Tensor], data: bytes, dtype: dtype, shape: tuple[int, ...], requires_grad: bool,
             device: str = "cpu") -> Tensor:
    """The tensor that __reduce_ex__ took apart."""
    x = _C.empty(shape, dtype=dtype)
    if x.numel():
        _buffer_of(x).cast("B")[:] = data
    x = x.to(device)
    if cls is not Tensor:
        x = _C.make_subclass(cls, x)
    x.requires_grad = requires_grad
    return x


def _reduce_ex(self: Tensor, protocol: SupportsIndex) -> tuple[Any, ...]:
    if not self.is_leaf:
        raise _C.GradientError(f"pickle: only leaves can be pickled, this tensor was computed by {self.grad_fn}. Use "
                               "x.detach().")
    data = self.detach().cpu().contiguous()
    parts = _buffer_of(data).cast("B").tobytes() if self.numel() else b""
    # The attributes come last: one of them may refer back to the tensor.
    whole = (type(self), parts, self.dtype, tuple(self.shape), self.requires_grad, str(self.device))
    return _rebuild, whole, self.__dict__ or None


def _copy(self: Tensor) -> Tensor:
    """copy.copy(x): another tensor over the same elements."""
    other: Tensor = _C.make_subclass(type(self), self.detach(), self.requires_grad)
    other.__dict__.update(self.__dict__)
    return other


def _reversed(self: Tensor) -> Tensor:
    return self.flip(0)


def _array_wrap(self: Tensor, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
    """What a ufunc of NumPy makes of tensors is a tensor."""
    return _C.as_tensor(array)


def _repr_html(self: Tensor) -> str:
    from tenet._html import tensor_table
    return tensor_table(self)


for _name, _method in {
    "__reduce_ex__": _reduce_ex,
    "__copy__": _copy,
    "__reversed__": _reversed,
    "__array_wrap__": _array_wrap,
    "_repr_html_": _repr_html,
}.items():
    setattr(Tensor, _name, _method)
for _name, _fact in {
    "is_complex": property(lambda type: False, doc="False: elements are real."),
    "is_signed": property(lambda type: type not in (_C.uint8, _C.bool), doc="Whether there are negative numbers."),
}.items():
    setattr(_C.dtype, _name, _fact)
Tensor.__array_priority__ = 1000  # array + tensor is for the tensor to answer
