import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tenet
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from tenet.testing import assert_adjoint, assert_gradients
from tenet.testing.strategies import (LAYOUTS, ConvConfig, broadcastable_shapes, conv_configs, dtypes,
                                      numbers, shapes, tensors)

FAMILIES = [(axes, transposed) for axes in (1, 2, 3) for transposed in (False, True)]


def simplest(strategy: Any, wanted: Any, phases: Any = tuple(Phase)) -> Any:
    """The simplest example that is wanted; raises if there is none."""
    return find(strategy, wanted, settings=settings(max_examples=20000, phases=phases))


# --- Types and shapes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [tenet.float32, tenet.float64, tenet.int64, tenet.int32, tenet.uint8, tenet.bool])
def test_every_type_is_drawn(dtype: tenet.dtype) -> None:
    assert simplest(dtypes(), lambda drawn: drawn == dtype) == dtype
    if dtype.is_floating_point:
        assert simplest(dtypes(floating=True), lambda drawn: drawn == dtype) == dtype


@given(shapes(min_dims=1, max_dims=3, min_side=2, max_side=5))
def test_shapes_keep_to_their_bounds(shape: tuple[int, ...]) -> None:
    assert 1 <= len(shape) <= 3 and all(2 <= side <= 5 for side in shape)


@pytest.mark.parametrize("shape", [(), (0,), (6,), (6, 6, 6, 6)])
def test_shapes_reach_their_bounds(shape: tuple[int, ...]) -> None:
    assert simplest(shapes(), lambda drawn: drawn == shape) == shape


@given(st.integers(1, 4).flatmap(broadcastable_shapes))
def test_shapes_broadcast(drawn: Any) -> None:
    together = np.broadcast_shapes(*drawn)
    total = sum(tenet.ones(shape, dtype=tenet.int64) for shape in drawn)
    assert tuple(total.shape) == together and (total == len(drawn)).all()  # type: ignore[union-attr]


def test_broadcastable_shapes_differ_in_dimensions_and_in_ones() -> None:
    assert simplest(broadcastable_shapes(2), lambda s: len(s[0]) < len(s[1]))
    assert simplest(broadcastable_shapes(2), lambda s: len(s[0]) == len(s[1]) and 1 in s[0] and s[0] != s[1])


# --- Tensors ------------------------------------------------------------------------------------------------------


@given(st.data(), shapes(), dtypes(), st.sampled_from(LAYOUTS))
def test_tensors_have_the_shape_type_and_numbers_asked_for(data: Any, shape: tuple[int, ...], dtype: tenet.dtype,
                                                           layout: Any) -> None:
    x = data.draw(tensors(shape, dtype, layouts=[layout]))
    assert tuple(x.shape) == shape and x.dtype == dtype and not x.requires_grad
    assert tenet.equal(8 * x.to(tenet.float64), (8 * x.to(tenet.float64)).to(tenet.int64).to(tenet.float64))
    if layout == "contiguous":
        assert x.is_contiguous()
    if layout == "strided" and x.numel() > 1:
        assert not x.is_contiguous()


def test_each_layout_is_what_it_says() -> None:
    shape = (3, 4)
    simplest(tensors(shape, layouts=["transposed"]), lambda x: x.stride() == (1, 3))
    simplest(tensors(shape, layouts=["strided"]), lambda x: x.stride() == (18, 2))
    simplest(tensors(shape, layouts=["expanded"]), lambda x: x.stride() == (0, 1))
    simplest(tensors(shape, layouts=["expanded"]), lambda x: x.stride() == (4, 0))


@pytest.mark.parametrize("stride", [(4, 1), (1, 3), (18, 2), (0, 0)])
def test_every_layout_is_drawn(stride: Any) -> None:
    simplest(tensors((3, 4)), lambda x: x.stride() == stride)


@given(tensors((2, 3), layouts=["strided"]))
def test_what_lies_between_strided_elements_shows(x: tenet.Tensor) -> None:
    memory = x.as_strided((27,), (1,))  # from x's first element on
    assert tenet.isnan(memory).sum() == 27 - 6


@given(tensors((5, 5), tenet.int64, elements=st.integers(3, 4)))
def test_elements_are_those_given(x: tenet.Tensor) -> None:
    assert set(x.flatten().tolist()) <= {3, 4}


def test_large_tensors_are_not_periodic() -> None:
    simplest(tensors((40,), tenet.int64, layouts=["contiguous"]), lambda x: x[:16].tolist() != x[16:32].tolist())


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(tenet.ValueError, match=r"tensors: layouts has \['fortran'\], but there are only contiguous"):
        simplest(tensors(layouts=["fortran"]), lambda x: True)


@given(st.data(), dtypes())
def test_numbers_survive_the_type(data: Any, dtype: tenet.dtype) -> None:
    number = data.draw(numbers(dtype))
    assert tenet.tensor(number, dtype=dtype).item() == number


def test_tensors_shrink_to_something_small() -> None:
    smallest = simplest(tensors(), lambda x: x.numel() >= 2)
    assert smallest.tolist() == [0.0, 0.0] and smallest.is_contiguous()
    assert simplest(tensors((3, 4)), lambda x: True).is_contiguous()


# --- Convolutions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("axes, transposed", FAMILIES)
def test_every_configuration_runs(axes: int, transposed: bool) -> None:
    @given(conv_configs(axes, transposed))
    @settings(max_examples=300)
    def runs(config: Any) -> None:
        x, w, bias = config.draw()
        y = config(x, w, bias)
        assert y.dim() == x.dim() == len(config.x_shape) and w.dim() == axes + 2
        assert y.size(-axes - 1) == (config.w_shape[1] * config.groups if transposed else config.w_shape[0])
        assert (bias is not None) == config.bias

    runs()


@pytest.mark.parametrize("axes, transposed", FAMILIES)
def test_gradients_of_configurations(axes: int, transposed: bool) -> None:
    small = conv_configs(axes, transposed).filter(lambda c: 0 < tenet.Size(c.x_shape).numel() <= 60)

    @given(small)
    @settings(max_examples=8)
    def agree(config: Any) -> None:
        assert_gradients(config, *(x for x in config.draw(tenet.float64) if x is not None), full=False)

    agree()


@given(conv_configs(2))
def test_a_configuration_and_its_transpose_are_adjoint(config: Any) -> None:
    x, w, _ = config.draw(tenet.float64)
    y = tenet.randn_like(config(x, w))
    F = tenet.nn.functional
    padding, _ = tenet._C.transposed_options(w.shape, x.shape[-2:], config.stride, config.padding, config.dilation,
                                             config.groups)
    assert_adjoint(lambda x: config(x, w), lambda y: F.conv_transpose(
        y, w, stride=config.stride, padding=padding, groups=config.groups, dilation=config.dilation,
        output_size=x.shape[-2:]), x, y)


@pytest.mark.parametrize("axes, transposed", FAMILIES)
@pytest.mark.parametrize("wanted", [
    lambda c: c.padding == "same", lambda c: c.padding == "valid", lambda c: c.padding == 3,
    lambda c: isinstance(c.padding, tuple) and isinstance(c.padding[0], tuple) and c.padding[0][0] != c.padding[0][1],
    lambda c: isinstance(c.stride, tuple), lambda c: isinstance(c.stride, int) and c.stride > 1,
    lambda c: c.dilation != 1 and c.groups > 1 and c.bias, lambda c: 0 in c.x_shape,
    lambda c: len(c.x_shape) == len(c.w_shape) - 1],
    ids=["same", "valid", "number", "uneven pairs", "per axis", "uniform", "all at once", "empty batch", "no batch"])
def test_every_kind_of_option_is_drawn(axes: int, transposed: bool, wanted: Any) -> None:
    assert simplest(conv_configs(axes, transposed), wanted, phases=[Phase.generate])


def test_output_padding_is_drawn_up_to_the_dilation() -> None:
    assert simplest(conv_configs(1, transposed=True), lambda c: c.output_padding == (2,) and c.stride == (1,))


def test_configurations_shrink_to_the_simplest() -> None:
    assert simplest(conv_configs(2), lambda c: True) == ConvConfig((1, 1, 1, 1), (1, 1, 1, 1))


# --- Without Hypothesis -------------------------------------------------------------------------------------------


def test_what_to_install_is_said() -> None:
    program = "import sys; sys.modules['hypothesis'] = None; import tenet.testing; import tenet.testing.strategies"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    text = "ImportError: tenet.testing.strategies needs Hypothesis: pip install tenet[test]"
    assert run.returncode == 1 and text in run.stderr
