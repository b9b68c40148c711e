"""PyTorch's options of what makes tensors."""
from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy
import pytest

import tenet

X = tenet.ones(2, 3)
FACTORIES: dict[str, Any] = {
    "empty": ((2,),), "zeros": ((2,),), "ones": ((2,),), "rand": ((2,),), "randn": ((2,),), "full": ((2,), 1.0), "arange": (2.0,),
    "linspace": (0, 1, 2), "eye": (2,), "randint": (3, (2,)), "randperm": (2,),
}


@pytest.mark.parametrize("name", FACTORIES)
def test_the_layout_is_strided_and_memory_is_not_pinned(name: str) -> None:
    make, args = getattr(tenet, name), FACTORIES[name]
    assert make(*args, layout=tenet.strided, pin_memory=False, device=None).layout is tenet.strided
    assert make(*args, layout=None, pin_memory=None).shape == make(*args).shape
    with pytest.raises(tenet.DeviceError, match="pin_memory=True: there is no pinned memory"):
        make(*args, pin_memory=True)
    with pytest.raises(TypeError):
        make(*args, layout=tenet.contiguous_format)


@pytest.mark.parametrize("name", ["empty_like", "zeros_like", "ones_like", "rand_like", "randn_like"])
def test_memory_formats_of_like(name: str) -> None:
    make = getattr(tenet, name)
    for form in (None, tenet.preserve_format, tenet.contiguous_format):
        assert make(X, layout=tenet.strided, pin_memory=False, memory_format=form).shape == X.shape
    with pytest.raises(NotImplementedError, match="memory_format=channels_last is not there: .* lie row by row"):
        make(X, memory_format=tenet.channels_last)
    with pytest.raises(TypeError):
        make(X, memory_format=tenet.strided)


def test_memory_formats_of_copies() -> None:
    turned = X.t()
    assert turned.clone(memory_format=tenet.contiguous_format).stride() == (2, 1)
    assert tenet.clone(turned, memory_format=tenet.preserve_format).equal(turned)
    assert X.contiguous(memory_format=tenet.contiguous_format) is X and X.to(memory_format=tenet.preserve_format) is X
    assert tenet.full_like(X, 2, memory_format=tenet.preserve_format).equal(X + 1)
    assert tenet.empty(2, memory_format=tenet.contiguous_format).shape == (2,)
    assert tenet.nn.Linear(2, 1).to(memory_format=tenet.contiguous_format).weight.shape == (1, 2)
    calls: list[Any] = [X.clone, X.contiguous, X.to]
    for call in calls:
        with pytest.raises(NotImplementedError, match="channels_last"):
            call(memory_format=tenet.channels_last)
    assert not X.to(tenet.float32, False, True) is X  # copy, by place


def test_is_contiguous_in_a_format() -> None:
    image = tenet.ones(2, 3, 4, 5)
    assert image.is_contiguous(memory_format=tenet.contiguous_format) and not image.is_contiguous(memory_format=tenet.channels_last)
    assert image.permute(0, 3, 1, 2).is_contiguous(memory_format=tenet.channels_last)
    assert tenet.ones(1, 2, 2, 2, 3).permute(0, 4, 1, 2, 3).is_contiguous(memory_format=tenet.channels_last_3d)
    assert not X.is_contiguous(memory_format=tenet.channels_last)


def test_layouts_are_objects() -> None:
    assert repr((tenet.strided, tenet.channels_last)) == "(tenet.strided, tenet.channels_last)"
    for value in (tenet.strided, tenet.contiguous_format, tenet.preserve_format):
        assert pickle.loads(pickle.dumps(value)) is value and copy.deepcopy(value) is value


def test_as_tensor_of_a_tensor_is_the_tensor() -> None:
    assert tenet.as_tensor(X) is X and tenet.asarray(X) is X and tenet.as_tensor(X, dtype=tenet.float64) is not X


def test_asarray_shares_or_copies() -> None:
    array = numpy.ones(2, dtype=numpy.float32)
    assert tenet.asarray(array).data_ptr() == tenet.asarray(array, copy=False).data_ptr() == array.ctypes.data
    assert tenet.asarray(array, copy=True).data_ptr() != array.ctypes.data and tenet.asarray(X, copy=True) is not X
    assert tenet.asarray(obj=[1, 2], copy=True).tolist() == [1, 2] and tenet.asarray(3).item() == 3
    calls: list[Any] = [([1, 2], None, "a list cannot share its memory with a tensor. Leave copy=False out."),
                        (array, tenet.float64, "with a tensor of float64. Leave copy=False or dtype out."), (X, tenet.int32, "tensor of int32")]
    for data, dtype, text in calls:
        with pytest.raises(ValueError, match=text):
            tenet.asarray(data, dtype=dtype, copy=False)


def test_asarray_and_gradients() -> None:
    x = tenet.ones(2, requires_grad=True)
    y = x * 2
    assert tenet.asarray(x) is x and tenet.asarray(y) is y and tenet.asarray(y, requires_grad=True) is y
    off = tenet.asarray(x, requires_grad=False)
    assert not off.requires_grad and x.requires_grad and off.data_ptr() == x.data_ptr()
    assert tenet.asarray([1.0], requires_grad=True).requires_grad and tenet.asarray(x, copy=True).grad_fn is not None


def test_new_ones_and_the_like_take_all_options() -> None:
    x = tenet.ones(2, dtype=tenet.float64)
    for name in ("new_zeros", "new_ones", "new_empty"):
        make = getattr(x, name)
        for y in (make(size=(2, 3), dtype=None, device=None, requires_grad=True), make((2, 3), requires_grad=True),
                  make(2, 3, layout=tenet.strided, pin_memory=False, requires_grad=True)):
            assert y.shape == (2, 3) and y.dtype == tenet.float64 and y.requires_grad
    full = x.new_full(size=(2,), fill_value=3, dtype=tenet.float32, device="cpu", requires_grad=True)
    assert full.tolist() == [3, 3] and full.dtype == tenet.float32 and full.requires_grad
    made = x.new_tensor(data=[1, 2], dtype=None, device=None, requires_grad=True)
    assert made.dtype == tenet.float64 and made.requires_grad and x.new_tensor([1], dtype=tenet.int64).dtype == tenet.int64


def test_what_is_no_number_is_both_kinds_of_error() -> None:
    for data in (None, [None], {}, object()):
        with pytest.raises(tenet.DTypeError, match="tensor: needs numbers, but an element is a"):
            tenet.tensor(data)
    for number in (1 << 63, -(1 << 63) - 1):
        with pytest.raises(tenet.OverflowError, match="tensor: an int lies outside int64") as caught:
            tenet.tensor([number])
        assert isinstance(caught.value, ValueError) and isinstance(caught.value, OverflowError)


@pytest.mark.parametrize("dtype", ["int16", "int8", "float16", "uint16"])
def test_arrays_of_other_types_name_the_remedy(dtype: str) -> None:
    with pytest.raises(TypeError, match=rf"an array of {dtype} has no tensor of its type: .* Convert with array.astype\("):
        tenet.tensor(numpy.ones(2, dtype=dtype))
