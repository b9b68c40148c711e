"""PyTorch's other names for what Tenet has: synonyms, and cases of a more general op."""
from __future__ import annotations

import builtins as _builtins
import math
from typing import TYPE_CHECKING

from tenet import _C
from tenet._C import Tensor, dtype

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["multiply", "subtract", "divide", "true_divide", "negative", "absolute", "greater", "greater_equal", "less",
           "less_equal", "not_equal", "swapdims", "concatenate", "mm", "bmm", "mv", "dot", "outer", "clamp_min",
           "clamp_max", "ravel", "movedim", "moveaxis", "unflatten", "is_nonzero", "promote_types", "result_type",
           "finfo", "iinfo"]

# Methods of Tensor under a second name; those that are functions too stand below as such.
SYNONYMS = {"multiply": "mul", "multiply_": "mul_", "subtract": "sub", "subtract_": "sub_", "divide": "div", "divide_": "div_",
            "true_divide": "div", "true_divide_": "div_", "negative": "neg", "negative_": "neg_", "absolute": "abs",
            "absolute_": "abs_", "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "not_equal": "ne",
            "swapdims": "transpose", "clip_": "clamp_"}

multiply, subtract, divide, true_divide, negative, absolute = _C.mul, _C.sub, _C.div, _C.div, _C.neg, _C.abs
greater, greater_equal, less, less_equal, not_equal = _C.gt, _C.ge, _C.lt, _C.le, _C.ne
swapdims = _C.transpose
concatenate = _C.cat


def _need(name: str, dims: tuple[int, int], input: Tensor, other: Tensor) -> None:
    if (input.dim(), other.dim()) != dims:
        raise _C.ShapeError(f"{name}: needs tensors of {dims[0]} and {dims[1]} dimensions, but the shapes are "
                            f"{list(input.shape)} and {list(other.shape)}. matmul takes all of NumPy's combinations.")


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """matmul() of two matrices. Raises ShapeError for anything else."""
    _need("mm", (2, 2), input, mat2)
    return input @ mat2


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """matmul() of two stacks of as many matrices. Raises ShapeError for anything else."""
    _need("bmm", (3, 3), input, mat2)
    if input.shape[0] != mat2.shape[0]:
        raise _C.ShapeError(f"bmm: the stacks have {input.shape[0]} and {mat2.shape[0]} matrices. matmul broadcasts them.")
    return input @ mat2


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """matmul() of a matrix and a vector. Raises ShapeError for anything else."""
    _need("mv", (2, 1), input, vec)
    return input @ vec


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """matmul() of two vectors: the sum of their products. Raises ShapeError for anything else."""
    _need("dot", (1, 1), input, tensor)
    return input @ tensor


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Every product of an element of one vector and one of another: [N] and [M] to [N, M]. Raises ShapeError for anything else."""
    _need("outer", (1, 1), input, vec2)
    return input.unsqueeze(1) * vec2


def clamp_min(input: Tensor, min: float) -> Tensor:
    """clamp(min=min)"""
    return input.clamp(min=min)


def clamp_max(input: Tensor, max: float) -> Tensor:
    """clamp(max=max)"""
    return input.clamp(max=max)


def ravel(input: Tensor) -> Tensor:
    """reshape(-1)"""
    return input.reshape(-1)


def _place(name: str, dim: int, rank: int) -> int:
    """The dimension, counted from the front. That of a number is 0."""
    limit = max(rank, 1)
    if not -limit <= dim < limit:
        raise _C.IndexError(f"{name}: dim {dim} is out of range for a tensor of {rank} dimensions. Use a dim in "
                            f"[{-limit}, {limit - 1}].")
    return dim % limit


def movedim(input: Tensor, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> Tensor:
    """The dimensions `source` to the places `destination`; the others keep their order. Raises ShapeError for a dimension that
    is named twice, and where there are not as many places as dimensions."""
    from_, to = ([_place("movedim", d, input.dim()) for d in ([dims] if isinstance(dims, int) else dims)]
                 for dims in (source, destination))
    if len(from_) != len(to) or len(set(from_)) != len(from_) or len(set(to)) != len(to):
        raise _C.ShapeError(f"movedim: source={source} and destination={destination} must name as many dimensions, each once.")
    if input.dim() == 0:
        return input
    order = [d for d in range(input.dim()) if d not in from_]
    for place, d in sorted(zip(to, from_)):
        order.insert(place, d)
    return input.permute(*order)


moveaxis = movedim


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """One dimension as several: unflatten(x, 1, (C, H, W)). One extent may be -1. A view where one can do it. Raises
    ShapeError unless the product of the extents is that of the dimension."""
    at, sizes = _place("unflatten", dim, input.dim()), list(sizes)
    extent, known = input.size(at), math.prod(n for n in sizes if n != -1)
    if sizes.count(-1) == 1 and known > 0:
        sizes[sizes.index(-1)] = extent // known
    if not sizes or min(sizes) < 0 or math.prod(sizes) != extent:
        raise _C.ShapeError(f"unflatten: sizes={sizes} do not make up dimension {at} of shape {list(input.shape)}. "
                            f"Choose extents whose product is {extent}; one may be -1.")
    return input.reshape(*input.shape[:at], *sizes, *input.shape[at + 1:])


def is_nonzero(input: Tensor) -> _builtins.bool:
    """Whether the one element is not 0. Raises an error for several."""
    return _builtins.bool(input)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The type of the sum of tensors of these types."""
    return (_C.empty(0, dtype=type1) + _C.empty(0, dtype=type2)).dtype


def result_type(tensor1: Tensor | float, tensor2: Tensor | float) -> dtype:
    """The type of what an op makes of the two: tensors with dimensions count before those without, and those before numbers."""
    def small(x: Tensor | float) -> Tensor | float:
        return x.new_ones((1,) * x.dim()) if isinstance(x, Tensor) else x
    total = small(tensor1) + small(tensor2)
    return total.dtype if isinstance(total, Tensor) else _C.tensor(total).dtype


class finfo:
    """What a floating type can hold: finfo(tenet.float32).eps is the distance from 1 to the next number."""

    def __init__(self, type: dtype = _C.float32) -> None:
        if not type.is_floating_point:
            raise TypeError(f"finfo: {type} is no floating type. Use iinfo.")
        self.dtype, self.bits = str(type).rpartition(".")[2], 8 * type.itemsize
        digits, exponent = (24, 128) if self.bits == 32 else (53, 1024)
        self.eps, self.tiny = 2.0 ** (1 - digits), 2.0 ** (2 - exponent)
        self.smallest_normal, self.resolution = self.tiny, 1e-6 if self.bits == 32 else 1e-15
        self.max = (2.0 - self.eps) * 2.0 ** (exponent - 1)
        self.min = -self.max

    def __repr__(self) -> str:
        facts = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{fact}={getattr(self, fact):g}' for fact in facts)}, dtype={self.dtype})"


class iinfo:
    """What an integer type can hold: iinfo(tenet.int32).max."""

    def __init__(self, type: dtype) -> None:
        if type.is_floating_point or type == _C.bool:
            raise TypeError(f"iinfo: {type} is no integer type." + (" Use finfo." if type.is_floating_point else ""))
        self.dtype, self.bits = str(type).rpartition(".")[2], 8 * type.itemsize
        unsigned = type == _C.uint8
        self.min = 0 if unsigned else -(1 << (self.bits - 1))
        self.max = (1 << self.bits) - 1 if unsigned else (1 << (self.bits - 1)) - 1

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


def _methods() -> None:
    for name, known in SYNONYMS.items():
        setattr(Tensor, name, vars(Tensor)[known])
    for function in (mm, bmm, mv, dot, outer, clamp_min, clamp_max, ravel, movedim, unflatten, is_nonzero):
        setattr(Tensor, function.__name__, function)
    setattr(Tensor, "moveaxis", movedim)


_methods()
