"""DLPack, both ways."""
import gc
import threading
from typing import Any

import numpy as np
import pytest
import tenet
from tenet.utils.dlpack import from_dlpack, to_dlpack

DTYPES = [tenet.float32, tenet.float64, tenet.int64, tenet.int32, tenet.uint8, tenet.bool]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4)])
def test_there_and_back(dtype: tenet.dtype, shape: tuple[int, ...]) -> None:
    x = tenet.randint(0, 2, shape).to(dtype)
    for version in (None, (1, 0)):
        y = tenet.from_dlpack(x.__dlpack__(max_version=version))
        assert y.dtype == dtype and y.shape == shape and tenet.equal(x, y)
        assert not x.numel() or y.data_ptr() == x.data_ptr()


def test_numpy_takes_and_gives() -> None:
    x = tenet.arange(6.0).view(2, 3)
    array = np.from_dlpack(x.T)
    assert array.shape == (3, 2) and array.tolist() == x.T.tolist()
    x[0, 0] = 9
    assert array[0, 0] == 9
    given = np.arange(4.0)
    y = tenet.from_dlpack(given)
    y[1] = 7
    assert given[1] == 7


def test_strides_are_kept() -> None:
    x = tenet.arange(24).view(2, 3, 4)
    for view in (x.permute(2, 0, 1), x[:, ::2, 1:3], x[1], x[:, 1:2], tenet.ones(1).expand(5)):
        y = tenet.from_dlpack(view)
        assert tenet.equal(view, y) and y.data_ptr() == view.data_ptr()


def test_either_side_may_die_first() -> None:
    x = tenet.ones(1000)
    y = from_dlpack(to_dlpack(x))
    del x
    gc.collect()
    assert (y == 1).all()
    array = np.ones(1000)
    y = tenet.from_dlpack(array)
    del array
    gc.collect()
    assert (y == 1).all()
    thread = threading.Thread(target=lambda held: None, args=(y,))
    del y
    thread.start()
    thread.join()
    del thread
    gc.collect()


def test_a_capsule_is_taken_once_and_may_be_left() -> None:
    capsule = to_dlpack(tenet.ones(2))
    from_dlpack(capsule)
    with pytest.raises(tenet.ValueError, match="its tensor was taken already. Each can be taken once."):
        from_dlpack(capsule)
    live = tenet.zeros(1 << 20)
    capsule = to_dlpack(live)
    del capsule, live
    gc.collect()


def test_copies() -> None:
    x = tenet.ones(2)
    y = tenet.from_dlpack(x, copy=True)
    assert y.data_ptr() != x.data_ptr() and tenet.equal(x, y)
    z = tenet.from_dlpack(x.__dlpack__(copy=True, max_version=(1, 0)))
    assert z.data_ptr() != x.data_ptr()


@pytest.mark.parametrize("array, reason", [
    (np.arange(24.0).reshape(2, 3, 4)[:, ::-1, ::2], "it has a negative stride, which tensors do not have"),
    (np.zeros(17, np.uint8)[1:].view(np.float64), "it is not aligned for its type"),
])
def test_memory_that_no_tensor_can_stand_over_is_copied(array: Any, reason: Any) -> None:
    y = tenet.from_dlpack(array)
    assert y.is_contiguous() and y.tolist() == array.tolist()
    y += 1
    assert y.tolist() == (array + 1).tolist()
    with pytest.raises(BufferError, match=f"from_dlpack: the memory cannot be shared, because {reason}. "
                                          "Leave copy=False out."):
        tenet.from_dlpack(Sharing(array), copy=False)


class Sharing:
    """An array whose capsule does not say no to copy=False itself."""
    def __init__(self, array: Any) -> None:
        self.array = array

    def __dlpack__(self, **options: Any) -> Any:
        return self.array.__dlpack__()


def test_the_other_side_is_asked_for_the_device() -> None:
    class Asked(Sharing):
        def __dlpack__(self, **options: Any) -> Any:
            self.options = options
            return self.array.__dlpack__()

    source = Asked(np.ones(2))
    tenet.from_dlpack(source)
    assert source.options == {"max_version": (1, 0), "copy": None}
    tenet.from_dlpack(source, device="cpu", copy=False)
    assert source.options == {"max_version": (1, 0), "copy": False, "dl_device": (1, 0)}


def test_device() -> None:
    assert tenet.ones(1).__dlpack_device__() == (1, 0)
    with pytest.raises(BufferError, match="cannot be given to another device"):
        tenet.ones(1).__dlpack__(dl_device=(2, 0))
    with pytest.raises(tenet.ValueError, match="stream must be None"):
        tenet.ones(1).__dlpack__(stream=1)


def test_what_cannot_cross() -> None:
    with pytest.raises(tenet.GradientError, match="__dlpack__: this tensor requires grad.*x.detach()"):
        tenet.ones(2, requires_grad=True).__dlpack__()
    with pytest.raises(TypeError, match="from_dlpack: a list does not speak DLPack: it has no __dlpack__."):
        tenet.from_dlpack([1])
    for array, error, text in [(np.ones(2, np.float16), tenet.DTypeError, "code 2 with 16 bits and 1 lanes"),
                               (np.ones(2, np.complex64), tenet.DTypeError, "from_dlpack: elements of code 5 with 64 bits"),
                               (np.ones((1,) * 9), tenet.ShapeError, "9 dimensions are more than a tensor has, 8")]:
        with pytest.raises(error, match=text):
            tenet.from_dlpack(array)
        gc.collect()


def test_an_error_of_the_other_side_arrives_whole() -> None:
    class Refuses:
        def __dlpack__(self, **options: Any) -> None:
            raise KeyError("not today")

    with pytest.raises(KeyError, match="not today"):
        tenet.from_dlpack(Refuses())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("peer", ["torch", "jax.numpy"])
def test_peers_take_and_give(peer: str, dtype: tenet.dtype) -> None:
    """With PyTorch and JAX, where they are installed."""
    theirs = pytest.importorskip(peer)
    if peer == "jax.numpy":
        pytest.importorskip("jax").config.update("jax_enable_x64", True)
    x = tenet.tensor([[1, 0, 3], [4, 5, 6]]).to(dtype)
    for ours in (x, x.t()):
        taken = theirs.from_dlpack(ours)
        assert str(taken.dtype).split(".")[-1] == str(dtype).split(".")[-1]
        assert np.array_equal(np.asarray(taken), ours.numpy())
        back = tenet.from_dlpack(taken)
        assert back.dtype == dtype and tenet.equal(back, ours) and back.data_ptr() == x.data_ptr()
    if peer == "torch":  # JAX takes no gaps, and its arrays never change
        assert theirs.from_dlpack(x[:, ::2]).tolist() == x[:, ::2].tolist()
        theirs.from_dlpack(x)[0, 1] = 1
        assert x[0, 1].item() == 1
