"""Views, by all of PyTorch's spellings."""
from __future__ import annotations

from typing import Any

import pytest

import tenet


def test_squeeze_takes_several_dimensions() -> None:
    x: Any = tenet.ones(1, 2, 1, 3, requires_grad=True)
    for y in (x.squeeze((0, 2)), tenet.squeeze(x, (0, -2)), x.squeeze(dim=[0, 1, 2]), x.squeeze(axis=(0, 2))):
        assert y.shape == (2, 3) and y.data_ptr() == x.data_ptr()
    assert x.squeeze(()).shape == x.shape and x.squeeze(axis=0).shape == (2, 1, 3) and x.squeeze((1,)).shape == x.shape
    x.squeeze((0, 2)).sum().backward()
    assert x.grad.shape == x.shape
    with pytest.raises(ValueError, match="squeeze: dim -4 appears more than once"):
        x.squeeze((0, -4))
    with pytest.raises(IndexError, match="squeeze: dim 5 is out of range"):
        x.squeeze((0, 5))


def test_axis_is_dim() -> None:
    x: Any = tenet.ones(2, 3)
    t: Any = tenet  # NumPy's word is not in the stubs
    for join in (t.cat, t.concat, t.concatenate):
        assert join((x, x), axis=1).shape == (2, 6)
    assert t.stack((x, x), axis=2).shape == (2, 3, 2) and x.unsqueeze(axis=1).shape == (2, 1, 3)
    assert len(x.unbind(axis=1)) == len(t.unbind(x, axis=1)) == 3
    assert x.swapaxes(axis0=0, axis1=1).shape == tenet.swapaxes(x, axis0=0, axis1=1).shape == (3, 2)


def test_sizes_by_place_and_by_keyword() -> None:
    x = tenet.arange(6)
    assert x.view(size=(2, 3)).shape == (2, 3) and x.broadcast_to(2, 6).shape == x.broadcast_to((2, 6)).shape == (2, 6)


def test_views_as_another_type_share_the_bits() -> None:
    x = tenet.ones(2, 3)
    bits = x.t().view(tenet.int32)
    assert bits.dtype == tenet.int32 and bits.stride() == (1, 3) and bits[0, 0].item() == 0x3F800000
    before = x._version
    bits[0, 0] = 0
    assert x[0, 0].item() == 0 and x._version == before + 1
    assert bits.view(dtype=tenet.float32).equal(x.t()) and x.view(tenet.float32).data_ptr() == x.data_ptr()
    assert tenet.tensor([True]).view(tenet.uint8).tolist() == [1]
    w = tenet.ones(2, requires_grad=True)
    assert not w.view(tenet.int32).requires_grad and w.view(tenet.float32).requires_grad
    with pytest.raises(tenet.DTypeError, match="view: elements of float32 have 4 bytes and those of int64 8. Use a type of the same size"):
        x.view(tenet.int64)
    with pytest.raises(tenet.DTypeError, match="no bools. Use x != 0"):
        tenet.tensor([1], dtype=tenet.uint8).view(tenet.bool)


def test_as_strided_counts_from_the_beginning_of_the_memory() -> None:
    part = tenet.arange(10)[4:]
    assert part.storage_offset() == part.detach().storage_offset() == 4
    assert part.as_strided((2,), (1,)).tolist() == part.as_strided((2,), (1,), None).tolist() == [4, 5]
    assert part.as_strided((2,), (1,), 0).tolist() == [0, 1] and tenet.as_strided(part, (2,), (2,), storage_offset=7).tolist() == [7, 9]
    x = tenet.arange(6.0, requires_grad=True)
    x[2:].as_strided((2, 2), (1, 1), 3).sum().backward()
    assert x.grad.tolist() == [0, 0, 0, 1, 2, 1]


def test_dimensions_out_of_range() -> None:
    x = tenet.ones(2, 6)
    calls: list[Any] = [lambda: x.movedim(0, 2), lambda: x.movedim(-3, 0), lambda: tenet.moveaxis(x, (0, 1), (1, 2)), lambda: x.unflatten(2, (1,)),
                        lambda: tenet.unflatten(x, -3, (1,))]
    for call in calls:
        with pytest.raises(tenet.IndexError, match=r"out of range for a tensor of 2 dimensions. Use a dim in \[-2, 1\]"):
            call()


def test_unflatten() -> None:
    x = tenet.ones(2, 6)
    assert x.unflatten(1, (2, -1)).shape == tenet.unflatten(x, dim=-1, sizes=(2, 3)).shape == (2, 2, 3)
    assert tenet.zeros(0, 6).unflatten(1, (-1, 2)).shape == (0, 3, 2)
    for sizes in ((2, 4), (4, -1), (-1, -1), ()):
        with pytest.raises(tenet.ShapeError, match=r"do not make up dimension 1 of shape \[2, 6\]. Choose extents whose product is 6"):
            x.unflatten(1, sizes)


def test_nans_can_be_close() -> None:
    nan = float("nan")
    x = tenet.tensor([nan, 1.0])
    assert x.allclose(x, equal_nan=True) and not x.allclose(x, equal_nan=False) and not x.allclose(x)
    assert not tenet.allclose(x, tenet.tensor([1.0, nan]), equal_nan=True) and not tenet.allclose(x, tenet.tensor([nan, 2.0]), equal_nan=True)
    assert tenet.allclose(tenet.tensor([1, 2]), tenet.tensor([1, 2]), equal_nan=True)
    assert tenet.allclose(x.requires_grad_(), tenet.tensor([[nan, 1.0]] * 2), equal_nan=True)
