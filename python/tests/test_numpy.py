"""Memory shared with NumPy, both ways."""
import gc
import threading
import warnings
from typing import Any

import numpy as np
import pytest
import tenet

TYPES = {np.float32: tenet.float32, np.float64: tenet.float64, np.int64: tenet.int64, np.int32: tenet.int32,
         np.uint8: tenet.uint8, np.bool_: tenet.bool}


@pytest.mark.parametrize("theirs, ours", TYPES.items())
def test_every_type_is_shared(theirs: Any, ours: Any) -> None:
    array = np.array([[0, 1], [1, 0]], theirs)
    x = tenet.from_numpy(array)
    assert x.dtype == ours and x.tolist() == array.tolist() and x.data_ptr() == array.ctypes.data
    back = x.numpy()
    assert back.dtype == theirs and back.ctypes.data == array.ctypes.data
    x[0, 0] = 1
    assert array[0, 0] == 1 == back[0, 0]


def test_layouts_are_kept() -> None:
    base = np.arange(24.0).reshape(2, 3, 4)
    for array in (base.T, base[:, 1:, ::2], base[1], np.array(3.0), np.broadcast_to(np.ones(1), (3,)).copy()):
        x = tenet.from_numpy(array)
        assert x.shape == array.shape and x.tolist() == array.tolist()
        assert np.array_equal(x.numpy(), array) and x.numpy().strides == array.strides


def test_the_array_outlives_the_tensor_and_the_reverse() -> None:
    x = tenet.arange(1000.0)
    array = x.numpy()
    x = tenet.zeros(1000) + 1  # the name means other memory now
    del x
    gc.collect()
    assert array.sum() == 499500
    array = np.arange(1000.0)
    x = tenet.from_numpy(array)
    view = x[10:]
    del array, x
    gc.collect()
    assert view.sum().item() == 499500 - 45

    def drop(held: Any) -> None:
        held.clear()

    held = [tenet.from_numpy(np.ones(10))]
    thread = threading.Thread(target=drop, args=(held,))
    thread.start()
    thread.join()


def test_the_array_holds_the_memory_of_its_time() -> None:
    x = tenet.ones(3)
    array = x.numpy()
    x.data = tenet.zeros(3)
    assert array.tolist() == [1, 1, 1] and x.tolist() == [0, 0, 0]


@pytest.mark.parametrize("make, reason", [
    (lambda a: a[::-1], "it has a negative stride, which tensors do not have"),
    (lambda a: a.view() if a.setflags(write=False) else a, "the array is read-only and tensors can be written"),
    (lambda a: np.frombuffer(b"x" + a.tobytes(), np.uint8)[1:].copy().data and
     np.ndarray(3, np.float64, bytearray(25), offset=1), "its memory is not aligned for its type"),
    (lambda a: np.zeros(3, [("x", np.float64), ("y", np.uint8)])["x"], "its elements do not lie whole elements apart"),
])
def test_what_cannot_be_shared_is_copied_and_says_why(make: Any, reason: Any) -> None:
    array = make(np.arange(3.0))
    with pytest.warns(UserWarning) as caught:
        x = tenet.from_numpy(array)
    assert str(caught[0].message) == f"from_numpy: the elements were copied, because {reason}."
    assert x.tolist() == array.tolist()
    x[0] = 99
    assert array[0] != 99
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tenet.tensor(array).tolist() == array.tolist()  # copies anyway, and does not warn
        tenet.as_tensor(array)


@pytest.mark.parametrize("array", [np.ones(2, np.float16), np.ones(2, np.complex64), np.ones(2, ">f8"), np.array(["a"]),
                                   np.zeros(2, [("x", "f4")]), np.ones(2, np.int16), np.ones(2, np.uint64),
                                   np.zeros(2, "M8[s]")])
def test_types_that_tenet_has_not(array: Any) -> None:
    with pytest.raises(tenet.DTypeError, match="Tenet has float32, float64, int64, int32, uint8 and bool"):
        tenet.from_numpy(array)


def test_what_is_no_array() -> None:
    with pytest.raises(TypeError, match="from_numpy: needs an array of NumPy but got a list. For lists and numbers use tenet.tensor."):
        tenet.from_numpy([1])
    with pytest.raises((tenet.Error, ValueError)):
        tenet.from_numpy(np.ones((1,) * 9))
    with pytest.raises((tenet.Error, ValueError, TypeError)):
        tenet.from_numpy(np.array([object()]))


def test_a_tensor_that_requires_grad_is_not_given_away() -> None:
    x = tenet.ones(2, requires_grad=True)
    for give in (lambda: x.numpy(), lambda: np.asarray(x), lambda: np.sin(x)):
        with pytest.raises(tenet.GradientError, match=r"Use x.detach\(\).numpy\(\)"):
            give()
    with pytest.raises(BufferError, match="requires grad"):
        memoryview(x)
    assert x.detach().numpy().tolist() == [1, 1]


def test_asarray_and_array() -> None:
    x = tenet.arange(3)
    assert np.asarray(x).ctypes.data == x.data_ptr()
    assert np.array(x).ctypes.data != x.data_ptr()
    assert np.asarray(x, np.float32).dtype == np.float32
    assert np.asarray([tenet.ones(2), tenet.zeros(2)]).tolist() == [[1, 1], [0, 0]]
    with pytest.raises(tenet.ValueError, match="__array__: an array of another type cannot share"):
        x.__array__(np.float32, copy=False)


def test_ufuncs_of_tensors_give_tensors() -> None:
    x = tenet.tensor([1.0, 4.0])
    assert isinstance(np.sqrt(x), tenet.Tensor) and np.sqrt(x).tolist() == [1, 2]
    assert np.allclose(x, [1, 4]) and np.mean(np.asarray(x)) == 2.5


def test_operators_with_arrays_give_tensors() -> None:
    x, array = tenet.ones(2, 3), np.arange(3.0, dtype=np.float32)
    for y in (x + array, array + x, x * array + 1, array - x, x @ np.ones((3, 1), np.float32)):
        assert isinstance(y, tenet.Tensor)
    assert (array - x).tolist() == [[-1, 0, 1]] * 2
    assert (x > array).tolist() == [[True, False, False]] * 2
    w = tenet.ones(3, requires_grad=True)
    (w * array).sum().backward()
    assert w.grad.tolist() == [0, 1, 2]
    x += array
    assert x.tolist() == [[1, 2, 3]] * 2
    assert (x[0] == np.array([1, 2, 3])).all()


def test_numbers_of_numpy() -> None:
    x = tenet.ones(2)
    for number in (np.float32(2), np.float64(2), np.int64(2), np.int32(2)):
        assert (x * number).tolist() == [2, 2] and (number * x).tolist() == [2, 2]
        assert isinstance(number * x, tenet.Tensor)
    assert tenet.full((2,), np.float64(0.5)).tolist() == [0.5, 0.5]
    assert tenet.tensor(np.float64(1.5)).dtype == tenet.float64 and tenet.tensor(np.bool_(True)).dtype == tenet.bool
    assert tenet.zeros(np.int64(2), np.int32(3)).shape == (2, 3)
    assert x[np.int64(1)].item() == 1
    for other in (np.complex64(1), np.datetime64("2026-01-01"), np.str_("2"), np.bytes_(b"2")):
        with pytest.raises((TypeError, tenet.Error)):
            x * other
        with pytest.raises((TypeError, tenet.Error)):
            tenet.full((2,), other)  # type: ignore[arg-type]


def test_tensor_copies_and_as_tensor_shares() -> None:
    array = np.ones(2)
    x, y = tenet.tensor(array), tenet.as_tensor(array)
    array[0] = 5
    assert x.tolist() == [1, 1] and y.tolist() == [5, 1] and x.dtype == tenet.float64
    assert tenet.as_tensor(y) is y or tenet.as_tensor(y).data_ptr() == y.data_ptr()
    assert tenet.as_tensor(array, dtype=tenet.float32).dtype == tenet.float32
    assert tenet.tensor([np.float32(1), 2]).dtype == tenet.float32
    assert tenet.tensor([array, array]).shape == (2, 2)


def test_the_buffer_protocol() -> None:
    x = tenet.arange(6, dtype=tenet.int32).view(2, 3)
    view = memoryview(x)
    assert view.shape == (2, 3) and view.format == "i" and view.tolist() == x.tolist() and not view.readonly
    assert bytes(view) == np.arange(6, dtype=np.int32).tobytes()
    view[1, 2] = 7
    assert x[1, 2].item() == 7
    assert np.frombuffer(x, np.int32).tolist() == [0, 1, 2, 3, 4, 7]  # type: ignore[call-overload]
    assert memoryview(x.T).strides == (4, 12)
    with pytest.raises(BufferError, match="contiguous"):
        np.frombuffer(x.T, np.int32)  # type: ignore[call-overload]
    assert memoryview(tenet.arange(3)[:1].expand(1)).contiguous
    empty: Any = memoryview(tenet.zeros(0, 2).T)
    assert empty.tolist() == [[], []]
