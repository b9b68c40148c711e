"""x[...] and x[...] = y, against NumPy.

Where PyTorch's rules are others than NumPy's, Tenet has PyTorch's: steps are positive; an int beside index tensors counts
as a view taken first; an ellipsis that stands for nothing does not part its neighbours.
"""
import math
import os
from typing import Any

import numpy as np
import pytest
import tenet
from hypothesis import given, settings
from hypothesis import strategies as st
from tenet.testing import assert_gradients
from tenet.testing import strategies as ts

SCALE = float(os.environ.get("TENET_TEST_SCALE", "1"))
MANY = settings(max_examples=max(50, int(10_000 * SCALE)), deadline=None, print_blob=True)


@st.composite
def slices(draw: Any, extent: Any) -> Any:
    bound = st.none() | st.integers(-extent - 1, extent + 1)
    return slice(draw(bound), draw(bound), draw(st.sampled_from((None, 1, 2, 3))))


@st.composite
def positions(draw: Any, extent: Any) -> Any:
    """An array of positions along a dimension, as an array or a list."""
    shape = draw(st.sampled_from([(2,), (3,), (1, 3), (2, 1), (0,)]))
    count = math.prod(shape)
    flat = draw(st.lists(st.integers(-extent, extent - 1), min_size=count, max_size=count))
    array = np.array(flat, np.int64).reshape(shape)
    return array.tolist() if draw(st.booleans()) and count else array


@st.composite
def masks(draw: Any, shape: tuple[int, ...]) -> Any:
    return np.array(draw(st.lists(st.booleans(), min_size=math.prod(shape), max_size=math.prod(shape))), bool).reshape(shape)


@st.composite
def keys(draw: Any, shape: tuple[int, ...], advanced: Any) -> Any:
    """What may stand between the brackets for a tensor of this shape."""
    key: list[Any] = []
    d = 0
    tail = draw(st.booleans())  # some dimensions at the end are left out, or stand behind an ellipsis
    ellipsis = not tail and draw(st.booleans())  # somewhere between the others, for any number of dimensions
    while d < len(shape) and not (tail and draw(st.integers(0, 3)) == 0):
        kinds = ["slice", "slice"] + ["none"] * (sum(part is None for part in key) < 2) + ["int"] * (shape[d] > 0)
        kinds += ["ellipsis"] * ellipsis
        if advanced:
            kinds += ["mask"] + ["positions"] * (3 if shape[d] > 0 else 0)
        kind = draw(st.sampled_from(kinds))
        if kind == "none":
            key.append(None)
        elif kind == "ellipsis":
            key.append(...)
            ellipsis = False
            d += draw(st.integers(0, len(shape) - d))
        elif kind == "mask":
            rank = draw(st.integers(1, len(shape) - d))
            key.append(draw(masks(shape[d:d + rank])))
            d += rank
        else:
            makes: dict[str, Any] = {"slice": slices, "positions": positions, "int": lambda n: st.integers(-n, n - 1)}
            key.append(draw(makes[kind](shape[d])))
            d += 1
    if d < len(shape) and draw(st.booleans()):
        key.append(...)
    return tuple(key)


@st.composite
def cases(draw: Any, advanced: Any, layouts: Any = ("contiguous", "transposed", "strided")) -> Any:
    x = draw(ts.tensors(shape=ts.shapes(0, 4, 0, 4), dtype=tenet.float64, layouts=layouts))
    return x, draw(keys(tuple(x.shape), advanced))


# --- What NumPy says, under PyTorch's rules -----------------------------------------------------------------------


def is_advanced(part: Any) -> Any:
    return isinstance(part, (np.ndarray, list))


def used(part: Any) -> Any:
    """How many dimensions a part of a key stands for."""
    return 0 if part is None or part is ... else part.ndim if isinstance(part, np.ndarray) and part.dtype == bool else 1


def whole(count: Any) -> Any:
    return (slice(None),) * count


def ints_first(array: Any, key: Any) -> Any:
    """(view, rest) such that view[rest] is array[key] in PyTorch: the ints are taken first, and an ellipsis is as many
    slices as it stands for, none if it stands for nothing."""
    stands_for = array.ndim - sum(map(used, key))
    spelled = [p for part in key for p in (whole(stands_for) if part is ... else [part])]
    ints = [p for part in spelled for p in ([part] if isinstance(part, int) else whole(used(part)))]
    return array[(*ints, ...)], tuple(part for part in spelled if not isinstance(part, int))


def is_refused(x: tenet.Tensor, key: Any) -> Any:
    """Whether NumPy refuses: positions that do not broadcast, as those of two masks."""
    view, rest = ints_first(np.zeros(x.shape), key)
    try:
        view[rest]
    except IndexError:
        return True
    return False


def ours(key: Any) -> Any:
    return tuple(tenet.from_numpy(part) if isinstance(part, np.ndarray) else part for part in key)


def check_reading(x: tenet.Tensor, key: Any) -> None:
    view, rest = ints_first(x.numpy(), key)
    y, expected = x[ours(key)], view[rest]
    assert y.shape == expected.shape and np.array_equal(y.numpy(), expected)


def check_memory(x: tenet.Tensor, key: Any) -> None:
    """x[key] shares x's memory if no position or mask is among the parts, and is a copy otherwise."""
    array = x.numpy().copy()
    view, rest = ints_first(array, key)
    if not any(map(is_advanced, key)):
        view[rest] = 77
    x[ours(key)].fill_(77)
    assert np.array_equal(x.numpy(), array)


def check_writing(x: tenet.Tensor, key: Any) -> None:
    array, start = x.numpy().copy(), x.data_ptr()
    view, rest = ints_first(array, key)
    values = -1.0 - np.arange(view[rest].size).reshape(view[rest].shape)
    view[rest] = values
    x[ours(key)] = tenet.tensor(values)
    assert np.array_equal(x.numpy(), array) and x.data_ptr() == start
    view[rest] += 1
    x[ours(key)] += 1
    assert np.array_equal(x.numpy(), array)
    view[rest] = 7
    x[ours(key)] = 7
    assert np.array_equal(x.numpy(), array)


def check(x: tenet.Tensor, key: Any) -> None:
    if is_refused(x, key):
        with pytest.raises((tenet.IndexError, tenet.ShapeError)):
            x[ours(key)]
        return
    check_reading(x, key)
    check_memory(x, key)
    check_writing(x, key)


# --- Against NumPy ------------------------------------------------------------------------------------------------


@MANY
@given(cases(advanced=False))
def test_ints_slices_none_and_ellipsis(case: Any) -> None:
    check(*case)


@MANY
@given(cases(advanced=True))
def test_positions_and_masks(case: Any) -> None:
    check(*case)


@given(st.booleans().flatmap(lambda advanced: cases(advanced, layouts=["expanded"])))
def test_expanded_tensors_are_read(case: Any) -> None:
    if not is_refused(*case):
        check_reading(*case)


@settings(max_examples=40, deadline=None)
@given(st.booleans().flatmap(lambda advanced: st.tuples(cases(advanced))).map(lambda c: c[0]))
def test_gradients(case: Any) -> None:
    x, key = case
    if is_refused(x, key) or x[ours(key)].numel() == 0:
        return

    def write(x: tenet.Tensor, values: Any) -> Any:
        y = x * 2
        y[ours(key)] = values
        return y

    x = x.contiguous() / 8
    assert_gradients(lambda x: x[ours(key)] ** 2, x)
    assert_gradients(write, x, x[ours(key)] + 1)


def test_a_value_that_is_overwritten_has_no_gradient() -> None:
    values = tenet.tensor([1.0, 2.0], requires_grad=True)
    y = tenet.zeros(3)
    y[[1, 1]] = values
    y.sum().backward()
    assert y.tolist() == [0, 2, 0] and values.grad.tolist() == [0, 1]


def test_scalars_and_masks_without_dimensions() -> None:
    x = tenet.arange(3)
    assert x[tenet.tensor(1)].item() == 1 and x[True].shape == (1, 3) and x[False].shape == (0, 3)
    assert x[tenet.tensor(True)].shape == (1, 3) and x[..., None].shape == (3, 1) and x[()].tolist() == [0, 1, 2]
    assert tenet.tensor(5)[True].tolist() == [5] and tenet.tensor(5)[()].item() == 5 and tenet.tensor(5)[...].item() == 5
    x[x > 0] = 0
    assert x.tolist() == [0, 0, 0]


def test_pytorchs_rules() -> None:
    x = tenet.zeros(2, 3, 4, 5)
    at = tenet.tensor([0, 1])
    assert x[at, :, at].shape == (2, 3, 5) and x[:, at, at].shape == (2, 2, 5) and x[at, 0, at].shape == (2, 5)
    assert x[0, :, at].shape == (3, 2, 5)  # NumPy: (2, 3, 5)
    assert x[:, at, ..., at].shape == (2, 2, 4) and tenet.zeros(2, 2)[None, at, ..., at].shape == (1, 2)


@pytest.mark.parametrize("key, error, text", [
    ((3,), IndexError, "index: position 3 is out of range for dimension 0 of extent 2"),
    ((0, 0, 0), IndexError, "3 dimensions and 0 ellipses were named for a tensor of 2 dimensions"),
    ((..., ...), IndexError, '"..." may stand only once between the brackets'),
    ((slice(None, None, -1),), ValueError, "the step of a slice is -1 but must be 1 or more"),
    ((slice("a", None),), TypeError, "slice indices must be integers"), (("a",), TypeError, "needs numbers"),
    ((1.5,), IndexError, "index: an index is float32 but must be an integer, a slice"),
    (([2],), IndexError, r"index: indices\[0\]\[0\] is 2 but dimension 0 of shape \[2, 3\] has extent 2. Indices must lie in \[-2, 2\)."),
    (([True],), IndexError, r"index: indices\[0\] is a mask of shape \[1\] but stands for extents \[2\]"),
    (([0, 1], [0, 1, 2]), ValueError, r"index: shapes \[2\] and \[3\] do not broadcast"),
    (([0.5],), IndexError, "index: an index is float32 but must be an integer, a slice"),
])
def test_errors_change_nothing(key: Any, error: type[BaseException], text: str) -> None:
    x = tenet.arange(6).view(2, 3)
    with pytest.raises(error, match=text):
        x[key]
    with pytest.raises(error, match=text.replace("index: ", "(index|index_put): ")):
        x[key] = 1
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_values_must_fit() -> None:
    x = tenet.zeros(2, 3)
    for key in ((0,), ([0, 1],), (x == 0,)):
        with pytest.raises(tenet.ShapeError, match="broadcast"):
            x[key] = tenet.ones(4)
    with pytest.raises(TypeError, match="cannot be deleted"):
        del x[0]


def test_nonzero_where_and_masked_select() -> None:
    x = tenet.tensor([[0, 2], [3, 0]])
    assert x.nonzero().tolist() == [[0, 1], [1, 0]] and tenet.nonzero(x).dtype == tenet.int64
    assert [part.tolist() for part in tenet.where(x)] == [[0, 1], [1, 0]] == [p.tolist() for p in x.nonzero(as_tuple=True)]
    assert x[x.nonzero(as_tuple=True)].tolist() == [2, 3] == x.masked_select(x > 0).tolist()
    assert tenet.tensor(3).nonzero().shape == (1, 0)
    assert tenet.zeros(3).index_put((tenet.tensor([1, 1]),), tenet.ones(2), accumulate=True).tolist() == [0, 2, 0]
    assert tenet.zeros(2, 3).index_put_((None, tenet.tensor([1])), tenet.tensor(4.0)).tolist() == [[0, 4, 0]] * 2


def test_leading_extents_of_one_are_left_out_of_a_value() -> None:
    x, y = tenet.zeros(3, 2), tenet.ones(1, requires_grad=True)
    x[0, 1] = y * 2
    x[1] = tenet.ones(1, 2)
    x[:, 0] = tenet.full((1, 1, 3), 3)
    x[[1, 2], 1] = tenet.tensor([[4.0, 5.0]])
    assert x.tolist() == [[3, 2], [3, 4], [3, 5]]
    x.sum().backward()
    assert y.grad.tolist() == [2]
    with pytest.raises(tenet.ShapeError, match=r"of shape \[2, 2\] does not broadcast to shape \[2\]"):
        x[0] = tenet.ones(2, 2)


def test_a_number_has_a_position_too() -> None:
    (place,) = tenet.nonzero(tenet.tensor(2.0), as_tuple=True)
    assert place.tolist() == [0] and tenet.where(tenet.tensor(0.0))[0].tolist() == []
