"""Strategies for Hypothesis: types, shapes, tensors of every layout, and convolutions that are valid.

    from hypothesis import given
    from tenet.testing import strategies as ts

    @given(ts.tensors(shape=ts.shapes(max_dims=3)))
    def test_double_negation(x):
        assert tenet.equal(-(-x), x)

Where an argument is a strategy, a plain value does too. Examples shrink towards few dimensions, small extents and
numbers, contiguous memory and options at their defaults.
"""
from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet.nn import functional as F

if TYPE_CHECKING:
    from tenet._C import Tensor, dtype

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError("tenet.testing.strategies needs Hypothesis: pip install tenet[test]") from error

__all__ = ["DTYPES", "FLOATING", "LAYOUTS", "ConvConfig", "broadcastable_shapes", "conv_configs", "dtypes", "numbers",
           "shapes", "tensors"]

FLOATING = (_C.float32, _C.float64)
DTYPES = (*FLOATING, _C.int64, _C.int32, _C.uint8, _C.bool)
_DRAWN = 16  # numbers that are drawn one by one; a larger tensor repeats them


# --- Types and shapes ---------------------------------------------------------------------------------------------


def dtypes(floating: bool = False) -> st.SearchStrategy[dtype]:
    """A type; one with gradients if floating."""
    return st.sampled_from(FLOATING if floating else DTYPES)


def shapes(min_dims: int = 0, max_dims: int = 4, min_side: int = 0,
           max_side: int = 6) -> st.SearchStrategy[tuple[int, ...]]:
    """A tuple of extents."""
    return st.lists(st.integers(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


@st.composite
def broadcastable_shapes(draw: st.DrawFn, n: int, max_dims: int = 4, min_side: int = 0,
                         max_side: int = 6) -> list[tuple[int, ...]]:
    """n shapes that broadcast together: the last extents of one shape, some of them 1."""
    whole = draw(shapes(0, max_dims, min_side, max_side))

    def part() -> tuple[int, ...]:
        tail = whole[draw(st.integers(0, len(whole))):]
        return tuple(1 if draw(st.booleans()) else side for side in tail)

    return [part() for _ in range(n)]


def _strategy(value: Any) -> Any:
    return value if isinstance(value, st.SearchStrategy) else st.just(value)


# --- Tensors ------------------------------------------------------------------------------------------------------


def _transposed(draw: st.DrawFn, x: Tensor) -> Tensor:
    """x, stored in another order of dimensions."""
    order = draw(st.permutations(range(x.dim())))
    return x.permute(order).contiguous().permute([order.index(d) for d in range(x.dim())])


def _strided(draw: st.DrawFn, x: Tensor) -> Tensor:
    """x as every second element of a larger tensor; what lies between is NaN, or 77, so that reading it shows."""
    between = True if x.dtype == _C.bool else float("nan") if x.is_floating_point() else 77
    larger = _C.full([2 * side + 1 for side in x.shape], between, dtype=x.dtype)
    return larger[tuple(slice(1, None, 2) for _ in x.shape)].copy_(x)


def _expanded(draw: st.DrawFn, x: Tensor) -> Tensor:
    """The first of x along some dimensions, for all positions there."""
    shape = x.shape
    for dim, side in enumerate(shape):
        if side > 0 and draw(st.booleans()):
            x = x.narrow(dim, 0, 1)
    return x.expand(shape)


_LAID_OUT = {"contiguous": lambda draw, x: x, "transposed": _transposed, "strided": _strided, "expanded": _expanded}
LAYOUTS = tuple(_LAID_OUT)


def numbers(dtype: dtype) -> st.SearchStrategy[Any]:
    """Numbers of a type that are small, and whose sums and products are exact: floats are eighths."""
    if dtype == _C.bool:
        return st.booleans()
    if dtype in FLOATING:
        return st.integers(-64, 64).map(lambda n: n / 8)
    return st.integers(0 if dtype == _C.uint8 else -9, 9)


@st.composite
def tensors(draw: st.DrawFn, shape: Any = shapes(), dtype: Any = _C.float32, elements: Any = None,
            layouts: Any = LAYOUTS) -> Tensor:
    """A tensor whose elements come from a strategy, numbers(dtype) if not given; more than 16 of them repeat 16 in
    random order. It lies in memory in one of the layouts: "contiguous"; "transposed", the dimensions stored in another
    order; "strided", every second element of a larger tensor; "expanded", where along some dimensions all positions are
    one: do without it for what is written in place."""
    unknown = [layout for layout in layouts if layout not in LAYOUTS]
    if unknown:
        raise _C.ValueError(f"tensors: layouts has {unknown}, but there are only {', '.join(LAYOUTS)}. Use some of "
                            "them.")
    shape, dtype, layout = draw(_strategy(shape)), draw(_strategy(dtype)), draw(st.sampled_from(layouts))
    count = _C.Size(shape).numel()
    drawn = min(count, _DRAWN)
    values = draw(st.lists(numbers(dtype) if elements is None else elements, min_size=drawn, max_size=drawn))
    if count > drawn:
        values += random.Random(draw(st.integers(0, 2**16))).choices(values, k=count - drawn)
    x = _C.tensor(values, dtype=dtype).reshape(shape)
    laid_out: Tensor = _LAID_OUT[layout](draw, x)
    return laid_out


# --- Convolutions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConvConfig:
    """The shapes and options of a convolution that is valid. `bias` tells whether there is one; output_padding belongs
    to a transposed one and is 0 otherwise. Options are as the functions take them: a number, one for each axis, pairs
    (low, high) or "same" or "valid" for padding."""

    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    bias: bool = False
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: int = 1
    output_padding: Any = 0
    transposed: bool = False

    @property
    def bias_shape(self) -> tuple[int, ...] | None:
        """[O], or None without a bias."""
        if not self.bias:
            return None
        return (self.w_shape[1] * self.groups if self.transposed else self.w_shape[0],)

    @property
    def options(self) -> dict[str, Any]:
        """The keyword arguments of F.conv, or of F.conv_transpose."""
        options = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation, "groups": self.groups}
        return options | ({"output_padding": self.output_padding} if self.transposed else {})

    def draw(self, dtype: dtype = _C.float32) -> tuple[Any, ...]:
        """x, w and the bias or None, of small whole numbers from Tenet's generator, with which sums are exact."""
        shapes = self.x_shape, self.w_shape, self.bias_shape
        return tuple(shape and _C.randint(-3, 4, shape).to(dtype) for shape in shapes)

    def __call__(self, x: Tensor, w: Tensor, bias: Tensor | None = None) -> Tensor:
        """F.conv or F.conv_transpose with these options."""
        return (F.conv_transpose if self.transposed else F.conv)(x, w, bias, **self.options)


@dataclass(frozen=True)
class _Axis:
    """One spatial axis of a convolution."""

    kernel: int
    stride: int
    dilation: int
    padding: tuple[int, int]
    output_padding: int
    extra: int  # how much larger the input is than the smallest that is valid

    @property
    def reach(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    def input_extent(self, transposed: bool) -> int:
        least = 1
        if transposed:  # (in - 1) stride - low - high + reach + output_padding >= 1
            lacking = sum(self.padding) + 1 - self.reach - self.output_padding
            least += max(-(-lacking // self.stride), 0)
        else:  # in + low + high >= reach
            least = max(self.reach - sum(self.padding), 1)
        return least + self.extra


@st.composite
def conv_configs(draw: st.DrawFn, axes: int = 2, transposed: bool = False) -> ConvConfig:
    """Convolutions over `axes` spatial axes, 1 to 3, that never raise: x [N, C, ...] or [C, ...], N possibly 0."""
    groups, x_part, y_part = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    batch = draw(st.sampled_from([(1,), (2,), (0,), ()]))
    padding_kind = draw(st.sampled_from(["number", "per axis", "pairs", "same", "valid"]))
    drawn = [draw(_axis(transposed, padding_kind)) for _ in range(axes)]
    per_axis = draw(st.booleans())
    drawn = drawn if per_axis and padding_kind != "number" else [_like(axis, drawn[0]) for axis in drawn]
    x_channels, y_channels = groups * x_part, groups * y_part

    def option(values: Any) -> Any:
        return tuple(values) if per_axis else values[0]

    return ConvConfig(
        x_shape=(*batch, x_channels, *(axis.input_extent(transposed) for axis in drawn)),
        w_shape=((x_channels, y_part) if transposed else (y_channels, x_part)) + tuple(axis.kernel for axis in drawn),
        bias=draw(st.booleans()), stride=option([axis.stride for axis in drawn]),
        padding=_padding(padding_kind, [axis.padding for axis in drawn]),
        dilation=option([axis.dilation for axis in drawn]), groups=groups,
        output_padding=option([axis.output_padding for axis in drawn]), transposed=transposed)


@st.composite
def _axis(draw: st.DrawFn, transposed: bool, padding_kind: str) -> _Axis:
    """Draws as many numbers whatever they are used for: to Hypothesis the example with the fewest is the simplest."""
    kernel, stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    low, high = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    output_padding = draw(st.integers(0, max(stride, dilation) - 1))
    extra = draw(st.integers(0, 3))
    if padding_kind in ("same", "valid"):
        low = high = 0
    elif padding_kind != "pairs":
        high = low
    takes_output_padding = transposed and padding_kind != "same"
    return _Axis(kernel, stride, dilation, (low, high), output_padding if takes_output_padding else 0, extra)


def _like(axis: _Axis, other: _Axis) -> _Axis:
    """The axis with the other's options."""
    return _Axis(axis.kernel, other.stride, other.dilation, other.padding, other.output_padding, axis.extra)


def _padding(kind: str, values: Any) -> Any:
    if kind == "number":
        return values[0][0]
    if kind == "per axis":
        return tuple(low for low, _ in values)
    return tuple(values) if kind == "pairs" else kind
