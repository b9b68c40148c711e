"""gradcheck and adjoint_check."""
from typing import Any

import pytest
import tenet
from tenet.autograd import Function, GradcheckError, gradcheck, gradgradcheck


class WrongSin(Function):
    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor) -> Any:
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor) -> Any:
        return dy * ctx.saved_tensors[0].cos() * 1.001


def draw(*shape: Any) -> Any:
    return tenet.randn(*shape, dtype=tenet.float64)


def test_a_right_gradient_passes() -> None:
    report = gradcheck(lambda x, w: (x @ w).tanh(), (draw(2, 3), draw(3, 2)))
    assert report and report.verdict == "pass" and report.compared > 0


class WrongSquare(Function):
    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor) -> Any:
        return dy * ctx.saved_tensors[0]


@pytest.mark.parametrize("dtype", [tenet.float64, tenet.float32])
def test_a_wrong_gradient_fails(dtype: tenet.dtype) -> None:
    x = tenet.tensor([0.5, 0.75], dtype=dtype)
    with pytest.raises(GradcheckError, match=r"analytic\s+0.5.*numeric\s+1"):
        gradcheck(WrongSquare.apply, x)
    assert not gradcheck(WrongSquare.apply, x, raise_exception=False)


def test_a_gradient_wrong_by_a_thousandth_fails_in_float64() -> None:
    with pytest.raises(GradcheckError):
        gradcheck(WrongSin.apply, draw(2))


def test_only_what_requires_grad_is_checked() -> None:
    x, w = draw(2).requires_grad_(), draw(2)
    assert gradcheck(lambda x, w: x + WrongSin.apply(w), (x, w))
    with pytest.raises(GradcheckError):
        gradcheck(lambda x, w: x + WrongSin.apply(w), (x, w.requires_grad_()))


def test_other_arguments_pass_through() -> None:
    assert gradcheck(lambda x, n, name: x * n, (draw(2), 3, "name"))
    with pytest.raises(tenet.ValueError, match="gradcheck: no input is a floating tensor"):
        gradcheck(lambda n: n, (3,))


def test_the_second_order() -> None:
    class WrongSecond(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx: Any, dy: tenet.Tensor) -> Any:
            return 3 * dy * ctx.saved_tensors[0].detach()**2

    assert gradcheck(WrongSecond.apply, draw(3))
    assert gradgradcheck(lambda x: x**3, draw(3))
    with pytest.raises(GradcheckError):
        gradgradcheck(WrongSecond.apply, draw(3))


def test_names_stand_in_the_report() -> None:
    with pytest.raises(GradcheckError, match="kernel"):
        gradcheck(WrongSin.apply, (draw(2),), names=["kernel"])


def test_an_exception_arrives_whole() -> None:
    def f(x: tenet.Tensor) -> None:
        raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        gradcheck(f, draw(2))


def test_adjoint_check() -> None:
    w = tenet.randint(-3, 4, (2, 3)).to(tenet.float64)
    x, y = draw(3), draw(2)
    assert tenet.adjoint_check(lambda x: w @ x, lambda y: w.T @ y, x, y)
    report = tenet.adjoint_check(lambda x: w @ x, lambda y: 2 * (w.T @ y), x, y)
    assert not report and report.forward != report.backward
    with pytest.raises(tenet.ShapeError):
        tenet.adjoint_check(lambda x: w @ x, lambda y: y, x, y)
