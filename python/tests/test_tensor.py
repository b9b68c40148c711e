"""Tensors as Python objects."""
import copy
import gc
import pickle
import threading
import weakref
from typing import Any
import pathlib

import pytest
import tenet


# --- Making them -------------------------------------------------------------------------------------------------------

def test_types_of_what_is_given() -> None:
    for data, dtype in [(1.5, tenet.float32), ([1, 2], tenet.int64), (True, tenet.bool), ([[1, 2.5]], tenet.float32),
                        ([], tenet.float32), ((1, True), tenet.int64), ([tenet.tensor(1, dtype=tenet.float64), 2], tenet.float64),
                        ([tenet.ones(2), [1, 2]], tenet.float32)]:
        assert tenet.tensor(data).dtype == dtype, data
    assert tenet.tensor([1, 2], dtype=tenet.float64).tolist() == [1.0, 2.0]
    assert tenet.tensor([1, 2], dtype=float).dtype == tenet.float32 or tenet.tensor([1], dtype=float).dtype == tenet.float64


@pytest.mark.parametrize("data, error, text", [
    ([[1, 2], [3]], ValueError, "rows differ: expected a sequence of length 2 at dim 1 but got length 1"),
    ([[1], 2], ValueError, "expected a sequence of length 1 at dim 1 but got a number"),
    (["a"], TypeError, "tensor: needs numbers"), (None, TypeError, "needs numbers"), ([1 << 70], OverflowError, ""),
])
def test_what_is_no_tensor(data: Any, error: type[BaseException], text: str) -> None:
    with pytest.raises(error) as caught:
        tenet.tensor(data)
    assert text in str(caught.value)


def test_sizes_are_given_in_three_ways() -> None:
    for x in (tenet.zeros(2, 3), tenet.zeros((2, 3)), tenet.zeros(size=(2, 3)), tenet.zeros([2, 3]), tenet.zeros(tenet.ones(2, 3).shape)):
        assert x.shape == (2, 3)
    assert tenet.zeros(()).dim() == 0 and tenet.zeros(3).shape == (3,)
    with pytest.raises(ValueError):
        tenet.zeros(-1)
    with pytest.raises(TypeError):
        tenet.zeros("a")  # type: ignore[arg-type]


def test_factories() -> None:
    assert tenet.arange(3).tolist() == [0, 1, 2] and tenet.arange(1, 2, 0.5).tolist() == [1, 1.5]
    assert tenet.linspace(0, 1, 3).tolist() == [0, 0.5, 1] and tenet.eye(2).tolist() == [[1, 0], [0, 1]]
    assert tenet.full((2,), 7).dtype == tenet.int64 and tenet.full_like(tenet.ones(2), 7).tolist() == [7, 7]
    assert tenet.ones(2).new_zeros(3).shape == (3,) and tenet.ones(1, dtype=tenet.int32).new_tensor([1.5]).tolist() == [1]
    assert tenet.randint(0, 5, (100,)).amax().item() == 4 and sorted(tenet.randperm(4).tolist()) == [0, 1, 2, 3]
    assert tenet.rand_like(tenet.zeros(2, dtype=tenet.float64)).dtype == tenet.float64
    assert tenet.ones(2, requires_grad=True).requires_grad


# --- Facts ---------------------------------------------------------------------------------------------------------------

def test_size_is_a_tuple() -> None:
    shape = tenet.zeros(2, 3).shape
    assert isinstance(shape, tuple) and shape.numel() == 6 and shape == (2, 3) and shape[0] == 2
    assert repr(shape) == "tenet.Size([2, 3])" and hash(shape) == hash((2, 3))
    n, m = shape
    assert (n, m) == (2, 3) and pickle.loads(pickle.dumps(shape)) == shape
    for made in (shape + (4,), (4,) + shape, shape * 2, 2 * shape, shape[1:], tenet.Size([2, 3]), tenet.Size(tenet.ones(2).int())):
        assert type(made) is tenet.Size and all(type(n) is int for n in made)
    assert (4,) + shape == (4, 2, 3) and shape * 2 == (2, 3, 2, 3)
    for items, text in [(["2"], "Size: takes ints, but item 0 is a str."), ([1, 2.5], "Size: takes ints, but item 1 is a float.")]:
        with pytest.raises(TypeError, match=text):
            tenet.Size(items)  # type: ignore[arg-type]
    x = tenet.zeros(2, 3)
    assert x.size() == (2, 3) and x.size(-1) == 3 and x.ndim == x.dim() == 2 and x.numel() == 6 and len(x) == 2
    assert x.stride() == (3, 1) and type(x.stride()) is tuple and x.stride(0) == 3 and x.nbytes == 24 and x.element_size() == 4


def test_dtypes_and_devices_are_objects() -> None:
    x = tenet.zeros(1)
    assert x.dtype is tenet.float32 and repr(x.dtype) == "tenet.float32" and x.dtype == tenet.float
    assert {tenet.float32: 1}[x.dtype] == 1 and tenet.float32 != tenet.float64 and tenet.long is tenet.int64
    assert tenet.float32.is_floating_point and not tenet.int64.is_floating_point
    assert pickle.loads(pickle.dumps(tenet.int32)) is tenet.int32 and copy.deepcopy(tenet.bool) is tenet.bool
    assert x.device == tenet.device("cpu") and str(x.device) == "cpu" and x.device.type == "cpu"
    assert tenet.device("cpu", 0) == tenet.device(type="cpu", index=0) == tenet.device("cpu:0")
    assert not x.is_cuda and x.cpu() is not None and x.to("cpu").device == x.device


def test_what_changes_nothing_is_the_tensor_itself() -> None:
    x = tenet.ones(2)
    for same in (x.to("cpu"), x.to(tenet.float32), x.to(x), x.cpu(), x.float(), x.type(tenet.float32), x.type_as(x), x.contiguous()):
        assert same is x
    assert x.to("cpu", copy=True) is not x and x.double() is not x


def test_to() -> None:
    x = tenet.tensor([1.5, 2.5])
    assert x.to(tenet.float32) is x or x.to(tenet.float32).data_ptr() == x.data_ptr()
    assert x.long().tolist() == [1, 2] and x.double().dtype == tenet.float64 and x.bool().tolist() == [True, True]
    assert x.to("cpu", tenet.float64).dtype == tenet.float64 and x.to(dtype=tenet.int32).dtype == tenet.int32
    assert x.to(tenet.zeros(1, dtype=tenet.float64)).dtype == tenet.float64
    assert x.type_as(tenet.zeros(1, dtype=tenet.int64)).dtype == tenet.int64


# --- As numbers and sequences -----------------------------------------------------------------------------------------------

def test_numbers() -> None:
    x = tenet.tensor(2.75)
    assert float(x) == 2.75 and int(x) == 2 and bool(x) and x.item() == 2.75 and round(float(x)) == 3
    assert [10, 20, 30][tenet.tensor(1)] == 20 and list(range(tenet.tensor(2))) == [0, 1]
    assert f"{x:.1f} {x}" == "2.8 2.75" and f"{tenet.tensor(7):03d}" == "007"
    assert isinstance(tenet.tensor(1).item(), int) and tenet.tensor(True).item() is True
    assert tenet.tensor([[5.0]]).item() == 5 and float(tenet.tensor([5.0])) == 5
    with pytest.raises(tenet.Error, match="one element"):
        tenet.ones(2).item()
    with pytest.raises(tenet.Error):
        bool(tenet.ones(2))
    with pytest.raises(TypeError):
        [1][tenet.tensor(0.5)]
    with pytest.raises(TypeError, match='format: ".1f" formats a number'):
        f"{tenet.ones(2):.1f}"


def test_sequences() -> None:
    x = tenet.arange(6).view(3, 2)
    assert [row.tolist() for row in x] == [[0, 1], [2, 3], [4, 5]] and len(x) == 3
    a, b, c = x
    assert b.tolist() == [2, 3] and 4 in x and 9 not in x
    assert [r.tolist() for r in reversed(x)][0] == [4, 5]
    assert max(tenet.tensor([3, 9, 4])).item() == 9 and int(sum(tenet.tensor([1, 2]))) == 3
    for act in (len, iter, list):
        with pytest.raises(TypeError, match="0-d tensor"):
            act(tenet.tensor(1))


def test_operators() -> None:
    x, y = tenet.tensor([4.0, 9.0]), tenet.tensor([2.0, 3.0])
    assert (x + y).tolist() == [6, 12] and (1 - x).tolist() == [-3, -8] and (2 / y).tolist() == [1, pytest.approx(2 / 3)]
    assert (x**0.5).tolist() == [2, 3] and (2**y).tolist() == [4, 8] and (-x).tolist() == [-4, -9] and abs(-x).tolist() == [4, 9]
    assert (x @ y).item() == 35 and (+x).tolist() == [4, 9]
    assert (x == tenet.tensor([4.0, 0.0])).tolist() == [True, False] and (x != 4).tolist() == [False, True]
    assert (5 > x).tolist() == [True, False] and (x <= 4).tolist() == [True, False]
    mask = x > 5
    assert (~mask).tolist() == [True, False] and (mask & True).tolist() == [False, True] and (mask | ~mask).all() and not (mask ^ mask).any()
    nothing: Any = None
    assert (x == nothing) is False and (x != "a") is True  # type: ignore[comparison-overlap]
    with pytest.raises(TypeError):
        x + "a"
    with pytest.raises(TypeError):
        "a" * x


def test_in_place_operators_keep_the_object() -> None:
    x = tenet.tensor([1.0, 2.0])
    same = x
    x += 1
    x *= tenet.tensor([2.0, 3.0])
    x -= 1
    x /= 2
    x **= 2
    assert x is same and x.tolist() == [2.25, 16]
    assert x.add_(1) is x and x.zero_() is x and x.fill_(3) is x and x.clamp_(max=2) is x and x.tolist() == [2, 2]
    whole = tenet.tensor([0, 7, 200], dtype=tenet.uint8)
    assert whole.clamp(min=-1).tolist() == [0, 7, 200] and whole.clamp(max=7).tolist() == [0, 7, 7] and whole.clamp(min=1).dtype == tenet.uint8
    assert whole.clamp(min=0.5).tolist() == [0.5, 7.0, 200.0]
    assert x.uniform_(1, 2) is x and ((x >= 1) & (x < 2)).all() and x.normal_() is x
    n = tenet.tensor([1, 2])
    with pytest.raises(tenet.Error):
        n += 0.5


def test_hash_is_identity() -> None:
    x, y = tenet.ones(1), tenet.ones(1)
    assert len({x, y, x}) == 2 and x in {x: 1} and hash(x) == hash(x)


# --- As objects ------------------------------------------------------------------------------------------------------------

def test_attributes_and_weak_references() -> None:
    x = tenet.ones(1)
    x.name = "kernel"  # type: ignore[attr-defined]
    assert x.name == "kernel" and x.__dict__ == {"name": "kernel"}  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        x.shape = (2,)  # type: ignore[assignment, misc]
    alive = weakref.ref(x)
    del x
    assert alive() is None
    x = tenet.ones(1)
    x.myself = x  # type: ignore[attr-defined]
    alive = weakref.ref(x)
    del x
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickle(protocol: int) -> None:
    for x in (tenet.arange(6.0).view(2, 3).T, tenet.zeros(0, 2), tenet.tensor(True), tenet.ones(2, dtype=tenet.int32)):
        y = pickle.loads(pickle.dumps(x, protocol))
        assert tenet.equal(x, y) and x.dtype == y.dtype
    x = tenet.ones(2, requires_grad=True)
    x.note = "kept"  # type: ignore[attr-defined]
    y = pickle.loads(pickle.dumps(x, protocol))
    assert y.requires_grad and y.note == "kept" and y.is_leaf
    x.itself = x  # type: ignore[attr-defined]
    y = pickle.loads(pickle.dumps(x, protocol))
    assert y.itself is y
    weight = tenet.nn.Parameter(tenet.ones(2))
    weight.itself = weight  # type: ignore[attr-defined]
    y = pickle.loads(pickle.dumps(weight, protocol))
    assert type(y) is tenet.nn.Parameter and y.itself is y and y.tolist() == [1, 1]  # type: ignore[attr-defined]
    with pytest.raises(tenet.GradientError, match="only leaves can be pickled"):
        pickle.dumps(x * 2)


def test_copies() -> None:
    x = tenet.ones(2, requires_grad=True)
    (x * 3).sum().backward()
    deep, shallow = copy.deepcopy(x), copy.copy(x)
    assert deep.requires_grad and deep.grad.tolist() == [3, 3] and deep.data_ptr() != x.data_ptr()
    assert shallow.data_ptr() == x.data_ptr() and shallow is not x
    both = copy.deepcopy([x, x])
    assert both[0] is both[1]
    x.itself = x  # type: ignore[attr-defined]
    copied = copy.deepcopy(x)
    assert copied.itself is copied and copied is not x  # type: ignore[attr-defined]
    with pytest.raises(tenet.GradientError, match="only leaves can be copied whole"):
        copy.deepcopy(x * 2)


def test_subclasses() -> None:
    class Named(tenet.Tensor):
        pass

    x = Named([1.0, 2.0])
    assert isinstance(x, tenet.Tensor) and x.tolist() == [1, 2] and "Named" in repr(x)
    assert tenet.is_tensor(x) and not tenet.is_tensor([1])
    assert tenet.Tensor(2, 3).shape == (2, 3) and tenet.Tensor([1, 2]).dtype == tenet.float32
    for cls, name in ((int, "<class 'int'>"), (3, "3")):
        with pytest.raises(TypeError, match=f"make_subclass: {name} is not a subclass of Tensor."):
            tenet._C.make_subclass(cls, x)  # type: ignore[arg-type]


def test_data_can_be_replaced() -> None:
    w = tenet.ones(2, requires_grad=True)
    (w * 2).sum().backward()
    w.data = tenet.zeros(2)
    assert w.requires_grad and w.is_leaf and w.grad.tolist() == [2, 2] and w.tolist() == [0, 0]
    w.data = tenet.zeros(3)
    assert w.shape == (3,) and w.requires_grad
    w.data[0] = 5
    assert w.tolist() == [5, 0, 0] and not w.data.requires_grad
    with pytest.raises(TypeError, match="data: needs a Tensor but got a list"):
        w.data = [1]  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        del w.data


@pytest.mark.parametrize("x, text", [
    (tenet.tensor(1.0), "tensor(1.)"), (tenet.tensor([]), "tensor([])"), (tenet.tensor([1, -20]), "tensor([  1, -20])"),
    (tenet.tensor([True, False]), "tensor([ True, False])"), (tenet.tensor([1.5, float("nan"), float("inf")]), "tensor([1.5000,    nan,    inf])"),
    (tenet.tensor([1e-5, 1.0]), "tensor([1.0000e-05, 1.0000e+00])"), (tenet.zeros(0, 2), "tensor([], size=(0, 2))"),
    (tenet.ones(2, dtype=tenet.float64), "tensor([1., 1.], dtype=float64)"), (tenet.ones(1, requires_grad=True), "tensor([1.], requires_grad=True)"),
])
def test_text(x: tenet.Tensor, text: str) -> None:
    assert repr(x) == str(x) == text


def test_html() -> None:
    text = tenet.tensor([1.0, float("nan")])._repr_html_()
    assert "not finite" in text and "float32" in text
    assert "<td>mean</td><td>1.5</td>" in tenet.tensor([1.0, 2.0])._repr_html_()
    assert "requires grad" in tenet.ones(1, requires_grad=True)._repr_html_() and tenet.zeros(0)._repr_html_()


def test_the_tape_can_be_looked_at(tmp_path: pathlib.Path) -> None:
    x = tenet.ones(2, requires_grad=True)
    tape = tenet.tape((x * x).sum())
    assert "mul" in repr(tape) and tape.draw().startswith("<svg") and tape._repr_svg_() == tape.draw() and "digraph" in tape.dot()
    tape.draw(tmp_path / "tape.svg")
    assert (tmp_path / "tape.svg").read_text() == tape.draw()


def test_a_profile() -> None:
    x = tenet.ones(2, 3, requires_grad=True)
    with tenet.Profile() as profile:
        (x * x).sum().backward()
    assert [row.op for row in profile.rows][0] == "mul" and profile.rows[0].shape == (2, 3)
    assert "backward" in repr(profile)


def test_random_streams() -> None:
    tenet.manual_seed(3)
    a = tenet.randn(4)
    state = tenet.default_generator.get_state()
    b = tenet.randn(4)
    tenet.default_generator.set_state(state)
    assert tenet.equal(b, tenet.randn(4)) and not tenet.equal(a, b) and tenet.initial_seed() == 3
    tenet.manual_seed(3)
    assert tenet.equal(a, tenet.randn(4))
    own = tenet.Generator().manual_seed(3)
    assert tenet.equal(a, tenet.randn(4, generator=own)) and tenet.Generator(device="cpu").initial_seed() == 0


def test_the_state_of_the_default_generator() -> None:
    state = tenet.get_rng_state()
    a = tenet.rand(2)
    tenet.set_rng_state(state)
    with tenet.random.fork_rng():
        assert tenet.equal(a, tenet.rand(2))
    assert tenet.equal(a, tenet.rand(2)) and state.dtype == tenet.uint8
    assert tenet.seed() == tenet.initial_seed() and tenet.seed() != tenet.seed()
    with pytest.raises(tenet.ValueError, match="set_state: a state is 16 numbers of uint8, not 3 of float32"):
        tenet.set_rng_state(tenet.ones(3))


def test_threads_share_tensors() -> None:
    x, results = tenet.arange(100_000.0), []
    threads = [threading.Thread(target=lambda: results.append((x * 2).sum().item())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1


def test_print_options() -> None:
    x = tenet.tensor([1.23456, 1000.5])
    try:
        tenet.set_printoptions(precision=2)
        assert repr(x) == "tensor([   1.23, 1000.50])"
        tenet.set_printoptions(sci_mode=True)
        assert repr(x) == "tensor([1.23e+00, 1.00e+03])"
        tenet.set_printoptions(threshold=5, edgeitems=1)
        assert repr(tenet.arange(7)) == "tensor([0,  ..., 6])"
        tenet.set_printoptions(profile="short")
        assert repr(tenet.tensor(1.2345)) == "tensor(1.23)" and repr(tenet.arange(2000)) == "tensor([   0,    1,  ..., 1998, 1999])"
        tenet.set_printoptions(profile="full")
        assert "..." not in repr(tenet.arange(2000))
        with pytest.raises(tenet.ValueError, match="precision must be 0 to 50"):
            tenet.set_printoptions(precision=-1)
    finally:
        tenet.set_printoptions(profile="default")
    assert repr(x) == "tensor([   1.2346, 1000.5000])"


def test_integers_wrap_around_as_in_numpy() -> None:
    x = tenet.tensor([-(1 << 63), (1 << 63) - 1])
    assert (x - 1).tolist() == [(1 << 63) - 1, (1 << 63) - 2] and (x + x).tolist() == [0, -2] and (x * 2).tolist() == [0, -2]
    assert (-x).tolist() == [-(1 << 63), -(1 << 63) + 1] and x.abs()[0].item() == -(1 << 63) and x.square().tolist() == [0, 1]
    y = tenet.tensor([200, 100], dtype=tenet.uint8)
    assert (y + y).tolist() == [144, 200] and (y * y).tolist() == [64, 16]


def test_to_takes_pytorchs_options() -> None:
    x = tenet.ones(2)
    x.to("cpu", non_blocking=True)[0] = 5
    copied = x.to(tenet.float32, copy=True)
    copied[1] = 7
    assert x.tolist() == [5, 1] and x.to(x.device, tenet.float64, True).dtype == tenet.float64
