"""Nothing is left behind: memory, objects and references are as many after hundreds of rounds as after a few."""
import gc
import sys
from typing import Any

import pytest
import tenet
from tenet import nn
from tenet.autograd import Function
from tenet.nn import functional as F
from tenet.utils.data import DataLoader, TensorDataset

ROUNDS = 200


class Custom(Exception):
    """Nothing that Tenet knows."""


def raises(f: Any) -> None:
    try:
        f()
    except (Custom, tenet.Error, TypeError):
        return
    raise AssertionError("nothing was raised")


def fails(*args: Any) -> None:
    raise Custom


def ops() -> None:
    x = tenet.ones(3, 4)
    (x + 1) @ x.T
    x[1:, ::2], x[[0, 2]], x[x > 0], x.sum(0, keepdim=True), x.tolist(), repr(x), x.shape, x.dtype, x.T, list(x)
    x[0] = 2
    x[[0, 0]] += 1
    1 / x, x == 2, bool((x > 0).all()), float(x.sum()), tenet.tensor([[1.0, 2.0]]), tenet.cat([x, x])


def errors() -> None:
    t: Any = tenet  # as if it had no types
    x = t.ones(2, 3)
    for wrong in (lambda: x + tenet.ones(4), lambda: x[5], lambda: x["a"], lambda: x.view(7), lambda: t.zeros("a"),
                  lambda: F.conv2d(x, x), lambda: tenet.tensor([[1], [1, 2]]), lambda: tenet.tensor([object()]), lambda: x @ "a",
                  lambda: x.__setitem__(0, "a"), lambda: x.add(tenet), lambda: t.from_numpy(3)):
        raises(wrong)


def backward() -> Any:
    x = tenet.ones(3, requires_grad=True)
    y = (x * x).exp()
    y.retain_grad()
    handle = y.register_hook(lambda g: g * 2)
    y.sum().backward(retain_graph=True)
    handle.remove()
    tenet.autograd.grad(tenet.autograd.grad(y.sum(), x, create_graph=True)[0].sum(), x)
    node: Any = y.grad_fn
    node.next_functions, x.grad, x.data
    z = (x * 3).sum()  # never differentiated
    del z


class Two(Function):
    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor, w: tenet.Tensor) -> Any:
        y = x * w
        ctx.save_for_backward(x, w, y)
        return y, y.exp()

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor, dz: tenet.Tensor) -> Any:
        x, w, y = ctx.saved_tensors
        g = dy + dz * y.exp()
        return g * w, g * x


class One(Function):
    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor) -> Any:
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor) -> Any:
        return dy * ctx.saved_tensors[0]


class InPlace(Function):
    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor) -> Any:
        ctx.mark_dirty(x.mul_(2))
        return x

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor) -> Any:
        return dy * 2


class WithPlace(Function):
    @staticmethod
    def forward(ctx: Any, x: tenet.Tensor) -> Any:
        y, place = x.max(0)
        ctx.mark_non_differentiable(place)
        return y, place

    @staticmethod
    def backward(ctx: Any, dy: tenet.Tensor, _: Any) -> Any:
        return dy.expand(3)


def functions() -> None:
    leaf = tenet.ones(3, requires_grad=True)
    One.apply(leaf).sum().backward()
    InPlace.apply(leaf * 1).sum().backward()
    WithPlace.apply(leaf)[0].backward()
    One.apply(leaf), InPlace.apply(leaf * 1), WithPlace.apply(leaf)  # never differentiated
    x, w = tenet.ones(3, requires_grad=True), tenet.ones(3)
    y, z = Two.apply(x, w)
    (y + z).sum().backward()
    Two.apply(x, w)  # never differentiated
    tenet.gradcheck(lambda x: x * x, x)


def exceptions_in_callbacks() -> None:
    x = tenet.ones(3, requires_grad=True)
    y = x * x
    y.register_hook(fails)
    raises(lambda: y.sum().backward())

    class Fails(Two):
        backward = staticmethod(fails)  # type: ignore[assignment]

    raises(lambda: Fails.apply(x, x)[0].sum().backward())
    raises(lambda: tenet.gradcheck(fails, x))
    raises(lambda: next(iter(DataLoader(TensorDataset(x.detach()), collate_fn=fails, num_workers=1))))


def networks() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    hook = net[0].register_full_backward_hook(lambda m, dx, dy: None)
    optimizer = tenet.optim.Adam(net.parameters())
    for x, y in DataLoader(TensorDataset(tenet.ones(4, 1, 4, 4), tenet.tensor([0, 1, 0, 1])), 2, shuffle=True):
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()
    hook.remove()
    optimizer.load_state_dict(optimizer.state_dict())
    net.load_state_dict(net.state_dict())
    net.double()


def arrays() -> None:
    np = pytest.importorskip("numpy")
    array = np.ones((3, 4))
    x = tenet.from_numpy(array)
    x.numpy(), np.asarray(x), memoryview(x), tenet.as_tensor(array), tenet.tensor(array), x + array, array + x, np.sin(x)
    tenet.from_dlpack(x), tenet.from_dlpack(array), np.from_dlpack(x), x.__dlpack__(), x.__dlpack__(max_version=(1, 0))
    raises(lambda: tenet.from_numpy(array.astype(complex)))
    raises(lambda: tenet.from_dlpack(array.astype(complex)))


def count() -> Any:
    """What must not grow: bytes of tensors, objects, references to what lives forever."""
    gc.collect()
    forever = (tenet.float32, tenet.float64, tenet.int64, tenet.Tensor, Custom)
    return (tenet.memory_stats()["in_use"], len(gc.get_objects()), sys.getallocatedblocks(),
            *(sys.getrefcount(thing) for thing in forever))


def grown(round_: Any) -> Any:
    before = count()
    for _ in range(ROUNDS):
        round_()
    return [b - a for a, b in zip(before, count())]


@pytest.mark.parametrize("round_", [ops, errors, backward, functions, exceptions_in_callbacks, networks, arrays])
def test_nothing_is_left(round_: Any) -> None:
    """A leak is one or more a round, in every stretch of them; what is made once and kept, as caches are, is less."""
    stretches = [grown(round_) for _ in range(4)]
    assert any(more[0] == 0 and max(more) < 0.9 * ROUNDS for more in stretches[1:]), stretches


def test_a_leak_would_be_seen() -> None:
    kept = []
    assert min(max(grown(lambda: kept.append([tenet.ones(1)]))) for _ in range(2)) >= ROUNDS
