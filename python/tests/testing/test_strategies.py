"""What the strategies promise."""
import pytest
import tenet
from hypothesis import given, settings
from hypothesis import strategies as st
from tenet.testing import assert_adjoint, assert_gradients
from tenet.testing import strategies as ts

COUNT = settings(max_examples=300, deadline=None)


@COUNT
@given(ts.broadcastable_shapes(3))
def test_shapes_broadcast(shapes):
    sum(tenet.zeros(shape) for shape in shapes)


@COUNT
@given(ts.tensors(shape=ts.shapes(1, 3, 1, 4), dtype=ts.dtypes()))
def test_tensors_have_their_elements_in_every_layout(x):
    y = x.contiguous()
    assert tenet.equal(x, y) and x.tolist() == y.tolist() and 1 <= x.dim() <= 3 and min(x.shape) >= 1


def test_layouts_are_what_they_say():
    seen = set()

    @settings(max_examples=200, deadline=None, database=None)
    @given(ts.tensors(shape=(2, 3)))
    def look(x):
        seen.add((x.stride(), x.is_contiguous()))

    look()
    assert seen == {((3, 1), True), ((1, 2), False), ((6, 2), False), ((4, 1), False)}


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_convolutions_are_valid_and_adjoint(axes):
    @COUNT
    @given(ts.conv_configs(axes))
    def check(conv):
        x, w, bias = conv.draw()
        y = conv(x, w, bias)
        dy = tenet.randint(-3, 4, y.shape).to(tenet.float32)
        assert_adjoint(lambda x: conv(x, w), lambda dy: _gradient(conv, x, w, dy), x, dy)

    check()


@tenet.enable_grad()  # an adjoint check records nothing
def _gradient(conv, x, w, dy):
    x = x.detach().requires_grad_()
    return tenet.autograd.grad(conv(x, w), x, dy)[0]


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_transposed_convolutions_are_valid(axes):
    @COUNT
    @given(ts.conv_configs(axes, transposed=True))
    def check(conv):
        x, w, bias = conv.draw()
        assert min(conv(x, w, bias).shape) >= 1

    check()


@settings(max_examples=25, deadline=None)
@given(st.one_of(ts.conv_configs(max_size=4), ts.conv_configs(transposed=True, max_size=3)))
def test_their_gradients(conv):
    assert_gradients(conv, *conv.draw(tenet.float64))
