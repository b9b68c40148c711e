import re
from typing import Any

import pytest
import tenet
from hypothesis import given, settings
from tenet import nn
from tenet.testing import assert_adjoint, assert_gradients
from tenet.testing.strategies import shapes, tensors


class WrongCube(tenet.autograd.Function):
    """x^3 with the gradient 2 x^2."""

    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor) -> Any:
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * dy * x ** 2


class WrongSecond(tenet.autograd.Function):
    """x^3 with the right gradient, which forgets where it came from."""

    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor) -> Any:
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return 3 * dy * x.detach() ** 2


def f64(*values: Any) -> Any:
    return tenet.tensor(values, dtype=tenet.float64)


# --- Functions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [tenet.float32, tenet.float64])
@pytest.mark.parametrize("order", [1, 2])
def test_right_gradients_pass(dtype: tenet.dtype, order: Any) -> None:
    x, y = tenet.randn(2, 3, dtype=dtype), tenet.randn(3, dtype=dtype)
    assert_gradients(lambda x, y: (x * tenet.sin(y), x.sum(1)), x, y, order=order)


@given(tensors(shapes(max_dims=2, max_side=3), tenet.float64))
@settings(max_examples=20)
def test_right_gradients_pass_in_every_layout(x: tenet.Tensor) -> None:
    assert_gradients(lambda x: x * x + 1, x)


@pytest.mark.parametrize("full", [True, False, None])
def test_wrong_gradients_are_explained(full: Any) -> None:
    with pytest.raises(AssertionError, match=r"gradcheck: fail(.|\n)*analytic -?[\d.]+  numeric -?[\d.]+"):
        assert_gradients(WrongCube.apply, f64(1.0, 2.0, 3.0), full=full)


def test_the_report_names_the_place() -> None:
    with pytest.raises(AssertionError, match=r"fail  input 0 \[2\]  output 2  analytic 18  numeric 27"):
        assert_gradients(WrongCube.apply, f64(1.0, 2.0, 3.0))


def test_the_second_order_is_checked_if_asked_for() -> None:
    assert_gradients(WrongSecond.apply, f64(1.0, 2.0))
    with pytest.raises(AssertionError, match="gradcheck: fail"):
        assert_gradients(WrongSecond.apply, f64(1.0, 2.0), order=2)


def test_tolerances_and_directions_are_passed_on() -> None:
    assert_gradients(WrongCube.apply, f64(1.0, 2.0), rtol=0.5, atol=1e-6)
    assert 4 * calls_with(directions=1) < calls_with(directions=16)


def calls_with(directions: Any) -> Any:
    """How often a function is called to check it along so many directions."""
    calls = []

    def square(x: tenet.Tensor) -> Any:
        calls.append(x)
        return x * x

    assert_gradients(square, tenet.randn(50, dtype=tenet.float64), full=False, directions=directions)
    return len(calls)


def test_every_floating_input_is_checked_whichever_requires_grad() -> None:
    x, y = f64(1.0).requires_grad_(), f64(2.0)
    with pytest.raises(AssertionError, match="input 1"):
        assert_gradients(lambda x, y: x + WrongCube.apply(y), x, y)
    assert x.requires_grad and x.grad is None


def test_other_inputs_are_passed_through() -> None:
    def pick(x: tenet.Tensor, index: Any, scale: Any, mode: Any) -> Any:
        assert mode == "fast" and index.dtype == tenet.int64
        return x[index] * scale

    assert_gradients(pick, tenet.randn(4), tenet.tensor([0, 0, 3]), 2, "fast")


def test_names_are_those_of_the_inputs() -> None:
    with pytest.raises(AssertionError, match=r"fail  bias \[0\]"):
        assert_gradients(lambda x, i, y: x + WrongCube.apply(y), f64(1.0), 3, f64(2.0), names=["x", "i", "bias"])
    with pytest.raises(tenet.ValueError, match="names has 1 entries, but there are 2 inputs. Give one for each"):
        assert_gradients(lambda x, y: x + y, f64(1.0), f64(1.0), names=["x"])


def test_nothing_to_check_is_refused() -> None:
    with pytest.raises(tenet.ValueError, match="gradcheck: no input is a floating tensor. Give at least one."):
        assert_gradients(lambda i: i, tenet.arange(3))


def test_a_kink_is_no_pass() -> None:
    with pytest.raises(AssertionError, match="gradcheck: kink"):
        assert_gradients(tenet.relu, f64(0.0, 1.0))


# --- Modules ------------------------------------------------------------------------------------------------------


class Scaled(nn.Module):
    """A layer, and a scale whose gradient is right or wrong."""

    def __init__(self, scale: Any = lambda x: x) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
        self.factor = nn.Parameter(tenet.tensor([2.0, 3.0]))
        self.scale = scale

    def forward(self, x: tenet.Tensor, times: int = 1) -> Any:
        return self.inner(x) * self.scale(self.factor) * times


def test_parameters_of_a_module_are_checked() -> None:
    assert_gradients(Scaled(), tenet.randn(2, 3), 2, order=2)
    with pytest.raises(AssertionError, match=r"fail  factor \[[01]\]") as error:
        assert_gradients(Scaled(WrongCube.apply), tenet.randn(2, 3))
    assert "inner" not in str(error.value) and "input" not in str(error.value)


def test_parameters_are_named_by_their_path() -> None:
    module = nn.Sequential(Scaled())
    module[0].inner[0].register_forward_hook(lambda layer, args, y: WrongCube.apply(y))
    with pytest.raises(AssertionError) as error:
        assert_gradients(module, tenet.randn(1, 3))
    failed = re.findall(r"fail  (.+?) \[", str(error.value))
    assert "0.inner.0.weight" in failed and set(failed) <= {"input 0", "0.inner.0.weight", "0.inner.0.bias"}


def test_frozen_parameters_are_checked_too() -> None:
    module = Scaled(WrongCube.apply)
    module.factor.requires_grad_(False)
    with pytest.raises(AssertionError, match="factor"):
        assert_gradients(module, tenet.randn(2, 3))


def test_a_shared_parameter_is_checked_wherever_it_is() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
            self.b.weight = self.a.weight

        def forward(self, x: tenet.Tensor) -> Any:
            assert self.a.weight is self.b.weight
            return self.b(self.a(x))

    assert_gradients(Tied(), tenet.randn(1, 2), order=2)


def test_the_module_and_its_inputs_stay_as_they_are() -> None:
    module, x = Scaled(), tenet.randn(2, 3)
    seen = []
    module.register_forward_hook(lambda layer, args, y: seen.append((args[0].dtype, y.dtype)))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    assert_gradients(module, x)
    assert set(seen) == {(tenet.float64, tenet.float64)}
    assert x.dtype == tenet.float32 and not x.requires_grad
    for name, parameter in module.named_parameters():
        assert isinstance(parameter, nn.Parameter) and parameter.grad is None and parameter.dtype == tenet.float32
        assert tenet.equal(parameter, before[name])


# --- Adjoints -----------------------------------------------------------------------------------------------------


def test_adjoint_maps_pass() -> None:
    a = tenet.randint(-3, 4, (4, 3)).to(tenet.float32)
    x, y = (tenet.randint(-3, 4, (n,)).to(tenet.float32) for n in (3, 4))
    assert_adjoint(lambda x: a @ x, lambda y: a.T @ y, x, y)


def test_maps_that_are_no_adjoints_are_explained() -> None:
    x = f64(1.0, 2.0)
    with pytest.raises(AssertionError, match=r"(?s)adjoint.*10.*15"):
        assert_adjoint(lambda x: 2 * x, lambda y: 3 * y, x, x)


def test_shapes_that_do_not_fit_are_an_error_of_their_own() -> None:
    with pytest.raises(tenet.ShapeError):
        assert_adjoint(lambda x: x, lambda y: y, f64(1.0, 2.0), f64(1.0))
