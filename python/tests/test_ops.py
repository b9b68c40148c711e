"""What Python's face of the ops has beyond C++: operators, overloads, PyTorch's and NumPy's names of arguments."""
from typing import Any

import numpy as np
import pytest
import tenet

t: Any = tenet  # where no types are wanted
X: Any = tenet.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
V: Any = tenet.tensor([5.0, -7.0])
I: Any = tenet.tensor([5, -7])


def test_whole_division() -> None:
    assert (V // 2).tolist() == [2, -4] and (I % 3).tolist() == [2, 2] and (I // tenet.tensor([-2, 2])).tolist() == [-3, -4]
    assert (9 // V).tolist() == [1, -2] and (9 % I).tolist() == [4, -5] and (V // np.float64(2)).tolist() == [2, -4]
    x: Any = I.clone()
    same = x
    x //= 2
    x %= 3
    assert x is same and x.tolist() == [2, 2]
    with pytest.raises(tenet.ValueError, match="floor_divide: an integer is divided by 0"):
        I // 0


def test_division_is_rounded_as_asked() -> None:
    assert t.div(I, 2, rounding_mode="floor").tolist() == [2, -4] and I.div(2, rounding_mode="trunc").tolist() == [2, -3]
    assert t.div(V, V.flip(0), rounding_mode="trunc").tolist() == [0, -1] and I.div(2, rounding_mode=None).tolist() == [2.5, -3.5]
    with pytest.raises(tenet.ValueError, match='rounding_mode is "up" but must be "trunc", "floor" or None'):
        I.div(2, rounding_mode="up")


def test_alpha_with_numbers_and_the_form_of_old() -> None:
    assert t.add(V, 3, alpha=2).tolist() == [11, -1] and I.sub(other=1, alpha=3).tolist() == [2, -10]
    x: Any = V.clone()
    assert x.add_(-0.5, tenet.ones(2)).tolist() == [4.5, -7.5] and x.add_(1, alpha=2).tolist() == [6.5, -5.5]


def test_logic_is_for_bools() -> None:
    mask: Any = tenet.tensor([True, False])
    assert (mask & True).tolist() == [True, False] and (mask | True).all() and (True ^ mask).tolist() == [False, True]
    for x, y in ((mask, 2), (I, 1)):
        with pytest.raises(tenet.DTypeError, match="needs bool tensors but got int64"):
            x & y


def test_a_tensor_without_dimensions_is_a_number() -> None:
    two = tenet.tensor(2.0)
    assert X.clamp(max=two).max() == 2 and t.clamp(X, two, 4).tolist() == [[2, 2, 3], [4, 4, 4]]
    assert X.masked_fill(X > 2, two).max() == 2 and (X.clone().fill_(two) == 2).all() and t.full((2,), two).tolist() == [2, 2]
    assert t.arange(I.max()).tolist() == [0, 1, 2, 3, 4] and t.where(X > 2, X, two)[0].tolist() == [2, 2, 3]
    assert X.where(X > 2, 0)[0].tolist() == [0, 0, 3]
    with pytest.raises(TypeError):
        X.clamp(max=tenet.tensor(2.0, requires_grad=True), min=0)  # its gradient would be lost
    one = tenet.tensor(1.0, requires_grad=True)
    y = X * 1
    y.fill_(one).sum().backward()
    assert one.grad == 6 and X.clone().copy_(2).max() == 2
    with pytest.raises(tenet.ShapeError, match=r"fill_: value has shape \[2\]"):
        y.fill_(V)


def test_clamp_in_place() -> None:
    x: Any = tenet.tensor([1.0, -5.0, 3.0], requires_grad=True)
    for limits, slope in (((-1, 2), [1, 0, 0]), ((-1,), [1, 0, 1])):
        y: Any = x * 1
        assert y.clamp_(*limits) is y
        x.grad = None
        y.sum().backward()
        assert x.grad.tolist() == slope
    assert X.clone().clamp_(max=tenet.tensor([1.0, 2.0, 9.0])).tolist() == [[1, 2, 3], [1, 2, 7]]


def test_numpys_names_of_arguments() -> None:
    assert X.sum(axis=0).tolist() == [5, 7, 10] and t.mean(X, axis=(0, 1)) == 22 / 6 and X.sum(1, keepdims=True).shape == (2, 1)
    assert X.max(axis=1).indices.tolist() == [2, 2] and X.argmax(axis=0).tolist() == [1, 1, 1] and X.var(axis=1)[0] == 1
    assert X.softmax(axis=1).shape == X.unsqueeze(axis=0)[0].shape and X.amax(axis=0, keepdim=True).shape == (1, 3)
    with pytest.raises(TypeError, match="incompatible function arguments"):
        X.sum(axes=0)


def test_variance_of_all() -> None:
    x: Any = tenet.tensor([[1.0, 2.0], [3.0, 5.0]])
    assert x.var(False) == x.var(unbiased=False) == 2.1875 and x.var(True) == x.var()
    assert x.var(0).tolist() == [2, 4.5] and x.var(0, False).tolist() == [1, 2.25]
    assert x.argmax(keepdim=True).tolist() == [[3]] and x.argmax(dim=None, keepdim=False) == 3


def test_a_gradient_of_another_floating_type_is_converted() -> None:
    x = tenet.ones(2, requires_grad=True)
    (x * 2).backward(tenet.ones(2, dtype=tenet.float64))
    assert x.grad.dtype == tenet.float32 and x.grad.tolist() == [2, 2]
    (dx,) = tenet.autograd.grad(x * 3, x, tenet.ones(2, dtype=tenet.float64))
    assert dx.dtype == tenet.float32 and dx.tolist() == [3, 3]
    with pytest.raises(tenet.GradientError):
        (x * 2).backward(tenet.ones(2, dtype=tenet.int64))


def test_numbers_must_fit() -> None:
    byte = {"dtype": tenet.uint8}
    wrong: list[Any] = [lambda: t.tensor([1, 300], **byte), lambda: t.full((2,), 300, **byte), lambda: I.masked_fill(I > 0, float("-inf")),
                        lambda: t.zeros(2, **byte).fill_(256), lambda: t.zeros(2, **byte).__setitem__(0, 1000)]
    for call in wrong:
        with pytest.raises(tenet.ValueError, match="the number .* does not fit into"):
            call()
    with pytest.raises(tenet.ValueError, match="uniform_: low is 1 and high is 0"):
        V.clone().uniform_(1, 0)
    with pytest.raises(tenet.ValueError, match="normal_: the deviation is -1"):
        tenet.nn.init.normal_(V.clone(), 0, -1)
    assert t.tensor(-1, **byte) == 255 and t.tensor(1e300, dtype=tenet.float32) == float("inf")


def test_results_are_written_into_out() -> None:
    out = tenet.empty(2, 3)
    assert t.mul(X, X, out=out) is out and out.tolist() == (X * X).tolist()
    grown, places = tenet.empty(0), tenet.empty(0, dtype=tenet.int64)
    assert t.cat([X, X], axis=1, out=grown).shape == (2, 6) and grown.tolist() == t.cat([X, X], 1).tolist()
    assert t.max(X, 1, out=(grown, places)) == (grown, places) and grown.tolist() == [3, 7] and places.tolist() == [2, 2]
    assert t.sum(X, axis=1, out=tenet.empty(2, dtype=tenet.float64)).tolist() == [6, 16] and t.exp(X, out=None).shape == (2, 3)
    t.add(X, 1, out=out)
    kept = out.tolist()
    leaf = tenet.ones(2, 3, requires_grad=True)
    wrong: list[tuple[Any, type[Exception], str]] = [
        (lambda: t.exp(leaf, out=out), tenet.GradientError, "exp: out= is not recorded"),
        (lambda: t.exp(X, out=leaf), tenet.GradientError, "exp: out= is not recorded"),
        (lambda: t.mean(X, 0, out=places), tenet.DTypeError, "mean: the result is float32 and cannot"),
        (lambda: t.exp(X, out=3), TypeError, "exp: out is a int. It must be a Tensor"),
        (lambda: t.max(X, 1, out=(out,)), tenet.ValueError, "max: out has 1 tensors but there are 2"),
        (lambda: t.max(X, 1, out=(tenet.empty(2), tenet.empty(2, dtype=tenet.bool))), tenet.DTypeError, "max: the result is int64")]
    for call, error, text in wrong:
        with pytest.raises(error, match=text):
            call()
    assert out.tolist() == kept and places.tolist() == [2, 2]
