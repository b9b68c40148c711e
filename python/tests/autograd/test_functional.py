"""jacobian, hessian and their products with vectors."""
from typing import Any

import pytest
import tenet
from tenet.autograd import functional
from tenet.testing import assert_close


def draw(*shape: Any) -> Any:
    return tenet.randn(*shape, dtype=tenet.float64)


def test_jacobian_of_a_linear_map_is_its_matrix() -> None:
    w = draw(3, 4)
    assert_close(functional.jacobian(lambda x: w @ x, draw(4)), w)


def test_jacobian_shapes_and_structure() -> None:
    x, y = draw(2, 3), draw(4)
    one = functional.jacobian(lambda x: x.sum(0), x)
    assert one.shape == (3, 2, 3)
    several = functional.jacobian(lambda x, y: (x.sum(), y * 2, y.sum() * x), (x, y))
    assert [[tuple(j.shape) for j in row] for row in several] == [[(2, 3), (4,)], [(4, 2, 3), (4, 4)], [(2, 3, 2, 3), (2, 3, 4)]]
    assert_close(several[1][1], 2 * tenet.eye(4, dtype=tenet.float64))
    assert (several[0][1] == 0).all()
    assert not several[0][0].requires_grad


def test_jacobian_of_no_elements() -> None:
    assert functional.jacobian(lambda x: x[:0], draw(3)).shape == (0, 3)


def test_hessian() -> None:
    a = draw(3, 3)
    h = functional.hessian(lambda x: x @ a @ x, draw(3))
    assert_close(h, a + a.T)
    hs = functional.hessian(lambda x, y: (x * y).sum(), (draw(2), draw(2)))
    assert_close(hs[0][1], tenet.eye(2, dtype=tenet.float64))
    assert (hs[0][0] == 0).all()
    with pytest.raises(tenet.ShapeError, match="hessian: the function must return a tensor with one element."):
        functional.hessian(lambda x: x, draw(3))


def test_products_with_vectors_are_those_of_the_matrices() -> None:
    def f(x: tenet.Tensor) -> Any:
        return (x**3)[:2] * x[2]

    x, v, u = draw(3), draw(3), draw(2)
    j = functional.jacobian(f, x)
    value, forward = functional.jvp(f, x, v)
    assert_close(value, f(x))
    assert_close(forward, j @ v)
    assert_close(functional.vjp(f, x, u)[1], u @ j)
    h = functional.hessian(lambda x: f(x).sum(), x)
    assert_close(functional.hvp(lambda x: f(x).sum(), x, v)[1], h @ v)
    assert_close(functional.vhp(lambda x: f(x).sum(), x, v)[1], v @ h)


def test_create_graph() -> None:
    x = draw(2).requires_grad_()
    j = functional.jacobian(lambda x: x**2, x, create_graph=True)
    (dx,) = tenet.autograd.grad(j.sum(), x)
    assert_close(dx, tenet.full((2,), 2.0, dtype=tenet.float64))


def test_v_must_fit() -> None:
    with pytest.raises(tenet.ShapeError, match=r"vjp: v has shapes \[\(3,\)\], but the outputs have \[\(2,\)\]"):
        functional.vjp(lambda x: x, draw(2), draw(3))
    with pytest.raises(tenet.ValueError, match="vjp: v may be left out only"):
        functional.vjp(lambda x: x, draw(2))
    with pytest.raises(TypeError, match="jacobian: what the function returned must be a Tensor"):
        functional.jacobian(lambda x: 3, draw(2))


def test_strict() -> None:
    x = tenet.ones(2)
    with pytest.raises(RuntimeError, match="jacobian: Output 0 of the user-provided function does not require gradients"):
        functional.jacobian(lambda x: tenet.ones(2), x, strict=True)
    with pytest.raises(RuntimeError, match="vjp: Output 0 of the user-provided function does not require gradients"):
        functional.vjp(lambda x: tenet.ones(2), x, tenet.ones(2), strict=True)
    with pytest.raises(RuntimeError, match="jacobian: an output is independent of input 1"):
        functional.jacobian(lambda x, y: x * 2, (x, x), strict=True)
    with pytest.raises(RuntimeError, match="the jacobian of the function is independent of its inputs"):
        functional.hvp(lambda x: x.sum(), x, x, strict=True)
    with pytest.raises(AssertionError, match='strategy="sideways" is not there'):
        functional.jacobian(lambda x: x * 2, x, strategy="sideways")
