"""Strategies for Hypothesis: shapes, tensors, and convolutions that are valid.

    from hypothesis import given
    from tenet.testing import strategies as ts

    @given(ts.tensors(shape=ts.shapes(max_dims=3)))
    def test_double_negation(x):
        assert tenet.equal(-(-x), x)
"""
import math
from dataclasses import dataclass

from tenet import _C

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError("tenet.testing.strategies needs Hypothesis: pip install tenet[test]") from error

FLOATING = (_C.float32, _C.float64)
DTYPES = (*FLOATING, _C.int64, _C.int32, _C.uint8, _C.bool)


def dtypes(floating=False):
    """A type; one with gradients if floating."""
    return st.sampled_from(FLOATING if floating else DTYPES)


def shapes(min_dims=0, max_dims=4, min_side=0, max_side=6):
    """A tuple of extents."""
    return st.lists(st.integers(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


@st.composite
def broadcastable_shapes(draw, n, max_dims=4, min_side=0, max_side=6):
    """n shapes that broadcast together: the last extents of one shape, some of them 1."""
    whole = draw(shapes(0, max_dims, min_side, max_side))
    parts = []
    for _ in range(n):
        first = draw(st.integers(0, len(whole)))
        parts.append(tuple(draw(st.sampled_from((side, 1))) for side in whole[first:]))
    return parts


def _elements(dtype):
    if dtype == _C.bool:
        return st.booleans()
    if dtype in FLOATING:
        return st.integers(-64, 64).map(lambda n: n / 8)  # exact in every type
    return st.integers(0 if dtype == _C.uint8 else -9, 9)


@st.composite
def tensors(draw, shape=None, dtype=_C.float32, elements=None, layouts=("contiguous", "transposed", "strided", "offset")):
    """A tensor of a shape (or one drawn from a strategy for shapes) and type (or strategy), with elements from a strategy,
    lying in memory in one of the layouts."""
    size = draw(shape if isinstance(shape, st.SearchStrategy) else shapes() if shape is None else st.just(tuple(shape)))
    kind = draw(dtype) if isinstance(dtype, st.SearchStrategy) else dtype
    count = math.prod(size)
    numbers = draw(st.lists(elements or _elements(kind), min_size=count, max_size=count))
    return _laid_out(_C.tensor(numbers, dtype=kind).reshape(size), draw(st.sampled_from(layouts)))


def _laid_out(x, layout):
    """The same elements, elsewhere and otherwise in memory."""
    if x.dim() == 0 or layout == "contiguous":
        return x
    if layout == "transposed":
        order = list(range(x.dim()))[::-1]
        return x.permute(order).clone().permute(order)
    size = list(x.shape)
    size[-1] = 2 * size[-1] if layout == "strided" else size[-1] + 1
    room = _C.zeros(size, dtype=x.dtype)
    view = room[..., ::2] if layout == "strided" else room[..., 1:]
    view.copy_(x)
    return view


@dataclass(frozen=True)
class ConvConfig:
    """A convolution that is valid: functional.conv(x, w, **options), or conv_transpose."""

    x_shape: tuple
    w_shape: tuple
    options: dict
    transposed: bool

    def draw(self, dtype=_C.float32):
        """x, w and bias of small whole numbers, with which sums are exact."""
        out = self.w_shape[1] * self.options["groups"] if self.transposed else self.w_shape[0]
        return tuple(_C.randint(-3, 4, shape).to(dtype) for shape in (self.x_shape, self.w_shape, (out,)))

    def __call__(self, x, w, bias=None):
        """The convolution of these."""
        f = _C.functional.conv_transpose if self.transposed else _C.functional.conv
        return f(x, w, bias, **self.options)


@st.composite
def conv_configs(draw, axes=2, transposed=False, max_size=8):
    """A ConvConfig of this many axes, 1 to 3."""
    def per_axis(strategy):
        return tuple(draw(strategy) for _ in range(axes))

    groups = draw(st.integers(1, 3))
    channels, out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel, stride, dilation = per_axis(st.integers(1, 3)), per_axis(st.integers(1, 3)), per_axis(st.integers(1, 2))
    padding = draw(st.sampled_from((0, 1, "valid", "pairs", "same")))
    if padding == "pairs":
        padding = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(axes))
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    if transposed:
        least = [_least_input(padding, i, r, s) for i, (r, s) in enumerate(zip(reach, stride))]
        if padding != "same":
            options["output_padding"] = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation))
    else:
        least = [1 if padding == "same" else max(1, r - _zeros(padding, i)) for i, r in enumerate(reach)]
    size = tuple(draw(st.integers(n, max(n, max_size))) for n in least)
    w_shape = (channels, out // groups) if transposed else (out, channels // groups)
    return ConvConfig((draw(st.integers(1, 2)), channels, *size), w_shape + kernel, options, transposed)


def _zeros(padding, axis):
    """How many zeros stand around an axis, on both sides."""
    if padding == "valid":
        return 0
    return 2 * padding if isinstance(padding, int) else sum(padding[axis])


def _least_input(padding, axis, reach, stride):
    """The smallest extent whose transposed convolution has an extent of 1 or more."""
    if padding == "same":
        return 1
    return 1 + max(0, -(-(_zeros(padding, axis) - reach + 1) // stride))
