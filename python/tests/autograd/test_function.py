"""Ops written in Python."""
import gc
import weakref
from typing import Any

import pytest
import tenet
from tenet.autograd import Function
from tenet.testing import assert_gradients


class Cube(Function):
    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor) -> Any:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return 3 * dy * x**2


class ScaleAndExp(Function):
    """Two outputs of different shapes, an argument that is no tensor, an output that is saved."""

    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor, factor: Any, w: tenet.Tensor) -> Any:
        scaled, exponential = (x * factor).reshape(-1), (x + w).exp()
        ctx.save_for_backward(None, exponential)
        ctx.factor, ctx.shape = factor, x.shape
        return scaled, exponential

    @staticmethod
    def backward(ctx: Any, dscaled: Any, dexponential: Any) -> Any:
        nothing, exponential = ctx.saved_tensors
        assert nothing is None
        dw = dexponential * exponential
        return dscaled.reshape(ctx.shape) * ctx.factor + dw, None, dw


def draw(*shape: Any) -> Any:
    return tenet.randn(*shape, dtype=tenet.float64)


def test_gradients_of_every_order() -> None:
    assert_gradients(Cube.apply, draw(4), order=3)


def test_several_outputs() -> None:
    assert_gradients(lambda x, w: ScaleAndExp.apply(x, 3.0, w), draw(2, 3), draw(2, 3), order=2)


def test_an_output_that_is_not_used_has_zero_gradient() -> None:
    x = draw(2, 3).requires_grad_()
    ScaleAndExp.apply(x, 3.0, draw(2, 3))[0].sum().backward()
    assert (x.grad == 3).all()


def test_needs_input_grad_and_name() -> None:
    seen = []

    class Seen(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor, n: int, y: tenet.Tensor) -> Any:
            seen.append(ctx.needs_input_grad)
            return x + y

        @staticmethod
        def backward(ctx: Any, dy: tenet.Tensor) -> Any:
            return dy, None, dy

    y = Seen.apply(draw(2), 1, draw(2).requires_grad_())
    assert seen == [(False, False, True)]
    assert "Seen" in y.grad_fn.name() and "grad_fn=<Seen>" in repr(y)


def test_setup_context() -> None:
    class Square(Function):
        @staticmethod
        def forward(x: tenet.Tensor) -> Any:
            return x * x

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx: Any, dy: tenet.Tensor) -> Any:
            return 2 * dy * ctx.saved_tensors[0]

    assert_gradients(Square.apply, draw(3), order=2)


def test_mark_dirty() -> None:
    class Double(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, dy: tenet.Tensor) -> Any:
            return 2 * dy

    w = tenet.ones(3, requires_grad=True)
    x = w * 1
    y = Double.apply(x)
    assert y is x and x.tolist() == [2, 2, 2]
    (x * x).sum().backward()
    assert w.grad.tolist() == [8, 8, 8]


def test_mark_non_differentiable_and_integer_outputs() -> None:
    class Parts(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            whole, sign = x * 2, (x > 0).to(x.dtype)
            ctx.mark_non_differentiable(sign)
            return whole, sign, x.argmax()

        @staticmethod
        def backward(ctx: Any, dwhole: Any, dsign: Any, dplace: Any) -> Any:
            assert dsign.tolist() == [0, 0] and dplace.item() == 0
            return 2 * dwhole

    x = tenet.tensor([1.0, -2.0], requires_grad=True)
    whole, sign, place = Parts.apply(x)
    assert whole.requires_grad and not sign.requires_grad and not place.requires_grad
    whole.sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_identity_gives_a_new_tensor() -> None:
    class Same(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            return x

        @staticmethod
        def backward(ctx: Any, dy: tenet.Tensor) -> Any:
            return dy * 5

    x = tenet.ones(2, requires_grad=True)
    y = Same.apply(x)
    y.sum().backward()
    assert x.grad.tolist() == [5, 5] and x.grad_fn is None


class Custom(Exception):
    """Nothing that Tenet knows."""


@pytest.mark.parametrize("where", ["forward", "backward"])
def test_exceptions_arrive_whole_and_leave_the_tape_usable(where: str) -> None:
    class Fails(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            if where == "forward":
                raise Custom(where)
            return x * 2

        @staticmethod
        def backward(ctx: Any, dy: tenet.Tensor) -> Any:
            raise Custom(where)

    x = tenet.ones(2, requires_grad=True)
    with pytest.raises(Custom, match=where) as caught:
        Fails.apply(x).sum().backward()
    assert any(entry.name == where for entry in caught.traceback)
    assert tenet.is_grad_enabled() and x.grad is None
    Cube.apply(x).sum().backward()
    assert x.grad.tolist() == [3, 3]  # type: ignore[attr-defined]


def returning(value: Any) -> Any:
    class Returns(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor, n: int) -> Any:
            return x * n

        @staticmethod
        def backward(ctx: Any, dy: tenet.Tensor) -> Any:
            return value

    return Returns


@pytest.mark.parametrize("value, text", [
    (tenet.ones(3), "Returns: backward returned 1 gradients, but forward takes 2 arguments. Return one for each, None where "
                    "there is none."),
    ((tenet.ones(3), tenet.ones(3)), "Returns: backward returned a gradient for argument 1, which is no tensor. Return None "
                                     "there."),
])
def test_a_wrong_number_of_gradients(value: Any, text: str) -> None:
    x = tenet.ones(3, requires_grad=True)
    with pytest.raises(tenet.GradientError) as caught:
        returning(value).apply(x, 2).sum().backward()
    assert str(caught.value) == text


def test_a_gradient_of_the_wrong_shape() -> None:
    x = tenet.ones(3, requires_grad=True)
    with pytest.raises(tenet.Error, match=r"Returns.*\[2\].*\[3\]|\[3\].*\[2\]"):
        returning((tenet.ones(2), None)).apply(x, 2).sum().backward()


def test_forward_must_return_tensors() -> None:
    class Wrong(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            return 3

    with pytest.raises(TypeError, match="Wrong: forward returned a int. Return a Tensor or a tuple of them."):
        Wrong.apply(tenet.ones(2, requires_grad=True))


def test_saved_tensors_written_later_are_found() -> None:
    x = tenet.ones(2, requires_grad=True)
    w = x * 1
    y = Cube.apply(w)
    w.add_(1)
    with pytest.raises(tenet.GradientError):
        y.sum().backward()


def test_nothing_is_left_behind() -> None:
    class Holder:
        """Something with a weak reference."""

    class Keeps(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor, holder: Any) -> Any:
            ctx.holder = holder
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, da: tenet.Tensor, db: tenet.Tensor) -> Any:
            return da * 2 + db * 3, None

    holder = Holder()
    alive = weakref.ref(holder)
    x = tenet.ones(2, requires_grad=True)
    y, z = Keeps.apply(x, holder)
    del holder
    (y + z).sum().backward()
    del y, z
    gc.collect()
    assert alive() is None
    y = Keeps.apply(x, keep := Holder())
    alive = weakref.ref(keep)
    del y, keep
    gc.collect()
    assert alive() is None


def test_a_gradient_gets_the_type_of_its_argument_and_other_values_pass() -> None:
    class Mixed(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            return x * 2, 5, None

        @staticmethod
        def vjp(ctx: Any, dy: tenet.Tensor, *none: None) -> Any:
            assert none == (None, None)
            return 2 * dy.double()

    x = tenet.ones(2, requires_grad=True)
    y, five, nothing = Mixed.apply(x)
    assert (five, nothing) == (5, None)
    y.sum().backward()
    assert x.grad.dtype == tenet.float32 and x.grad.tolist() == [2, 2]
    with pytest.raises(RuntimeError, match="Mixed: forward and backward are static methods, and the op is called by Mixed.apply"):
        Mixed()(x)


def test_a_list_of_outputs_is_a_list() -> None:
    class Both(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            return [x * 2, x * 3]

        @staticmethod
        def backward(ctx: Any, a: Any, b: Any) -> Any:
            return 2 * a + 3 * b

    x = tenet.ones(1, requires_grad=True)
    outputs = Both.apply(x)
    assert isinstance(outputs, list)
    (outputs[0] + outputs[1]).sum().backward()
    assert x.grad.tolist() == [5]
