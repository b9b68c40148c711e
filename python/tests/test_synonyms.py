"""PyTorch's other names for what Tenet has."""
from __future__ import annotations

from typing import Any

import pytest

import tenet
from tenet import _names


def test_synonyms_are_the_ops() -> None:
    x, y = tenet.tensor([1.0, -2.0]), tenet.tensor([3.0, 4.0])
    for name, known in _names.SYNONYMS.items():
        assert vars(tenet.Tensor)[name] is vars(tenet.Tensor)[known]
        if not name.endswith("_"):
            assert getattr(tenet, name) is getattr(tenet, known)
    assert tenet.multiply(x, y).tolist() == x.multiply(y).tolist() == [3.0, -8.0]
    assert x.clone().clip_(0, 1).tolist() == [1.0, 0.0] and x.swapaxes(0, 0).tolist() == x.tolist()
    assert all(name in vars(tenet) for name in _names.__all__)


def test_products_of_one_rank() -> None:
    a, b, v = tenet.arange(6.0).reshape(2, 3), tenet.arange(6.0).reshape(3, 2), tenet.tensor([1.0, 2.0, 3.0])
    assert tenet.mm(a, b).tolist() == a.mm(b).tolist() == (a @ b).tolist()
    assert tenet.bmm(a[None], b[None]).tolist() == [(a @ b).tolist()]
    assert a.mv(v).tolist() == [8.0, 26.0] and v.dot(v).item() == 14.0
    assert tenet.outer(v, v[:2]).tolist() == [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]
    calls: list[Any] = [(lambda: tenet.mm(a, v), r"mm: needs tensors of 2 and 2 dimensions, but the shapes are \[2, 3\] and \[3\]"),
                       (lambda: a.mv(b), "mv: needs tensors of 2 and 1"), (lambda: v.dot(a), "dot: needs"),
                       (lambda: tenet.outer(a, v), "outer: needs"), (lambda: a.bmm(b), "bmm: needs tensors of 3 and 3"),
                       (lambda: tenet.ones(2, 1, 1).bmm(tenet.ones(1, 1, 1)), "bmm: the stacks have 2 and 1 matrices")]
    for call, text in calls:
        with pytest.raises(tenet.ShapeError, match=text):
            call()


def test_products_have_gradients() -> None:
    x = tenet.tensor([1.0, 2.0], dtype=tenet.float64, requires_grad=True)
    assert tenet.gradcheck(tenet.outer, (x, x.detach().requires_grad_())) and tenet.gradcheck(tenet.dot, (x, x.detach().requires_grad_()))


def test_bounds_and_shapes() -> None:
    x = tenet.tensor([[1.0, 5.0]])
    assert x.clamp_min(2).tolist() == [[2.0, 5.0]] and tenet.clamp_max(x, 2).tolist() == [[1.0, 2.0]] and x.ravel().shape == (2,)
    y = tenet.zeros(2, 3, 4)
    assert y.movedim(0, -1).shape == (3, 4, 2) and tenet.moveaxis(y, (0, 1), (2, 0)).shape == (3, 4, 2) and y.movedim(2, 0).shape == (4, 2, 3)
    with pytest.raises(tenet.ShapeError, match="movedim: source=.0, 0. and destination=.1, 2. must name as many dimensions, each once"):
        y.movedim((0, 0), (1, 2))


def test_types() -> None:
    assert tenet.promote_types(tenet.int32, tenet.float32) == tenet.float32 and tenet.promote_types(tenet.uint8, tenet.bool) == tenet.uint8
    assert tenet.result_type(tenet.ones(2, dtype=tenet.int64), 1.5) == tenet.float32
    assert tenet.result_type(tenet.ones(2), tenet.tensor(1.0, dtype=tenet.float64)) == tenet.float32 and tenet.result_type(1, 2) == tenet.int64
    f, d = tenet.finfo(tenet.float32), tenet.finfo(tenet.float64)
    assert (f.eps, f.max, f.min, f.tiny, f.bits, f.dtype) == (2.0**-23, 3.4028234663852886e38, -f.max, 2.0**-126, 32, "float32")
    assert (d.eps, d.max, d.tiny) == (2.220446049250313e-16, 1.7976931348623157e308, 2.2250738585072014e-308)
    assert (tenet.iinfo(tenet.int64).max, tenet.iinfo(tenet.int32).min, tenet.iinfo(tenet.uint8).max) == (2**63 - 1, -(2**31), 255)
    for call in (lambda: tenet.finfo(tenet.int32), lambda: tenet.iinfo(tenet.float32), lambda: tenet.iinfo(tenet.bool)):
        with pytest.raises(TypeError):
            call()
    assert tenet.is_nonzero(tenet.tensor(2)) and not tenet.is_nonzero(tenet.tensor([0.0]))
