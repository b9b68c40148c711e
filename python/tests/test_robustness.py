"""What nobody should do, and someone will: nothing crashes, nothing hangs, nothing is lost."""
import gc
import subprocess
import sys
import threading
from typing import Any

import pytest
import tenet
from tenet import nn
from tenet.autograd import Function


def leaf(*values: Any) -> Any:
    return tenet.tensor([float(v) for v in values], requires_grad=True)


def run(program: str) -> Any:
    """A program of its own: it must end by itself, without an error."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def test_a_hook_may_run_a_pass_of_its_own() -> None:
    x, other = leaf(1, 2), leaf(3)

    @tenet.enable_grad()  # a pass records nothing
    def hook(dx: tenet.Tensor) -> None:
        (other * other).sum().backward()

    x.register_hook(hook)
    (x * x).sum().backward()
    assert x.grad.tolist() == [2, 4] and other.grad.tolist() == [6]


def test_a_backward_may_differentiate() -> None:
    class Newton(Function):
        @staticmethod
        def forward(ctx: Any, x: tenet.Tensor) -> Any:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx: Any, dy: tenet.Tensor) -> Any:
            (x,) = ctx.saved_tensors
            with tenet.enable_grad():
                z = x.detach().requires_grad_()
                (slope,) = tenet.autograd.grad((z**3).sum(), z)
            return dy * slope

    x = leaf(2)
    Newton.apply(x).sum().backward()
    assert x.grad.item() == 12


def test_a_hook_may_replace_what_it_looks_at() -> None:
    x = leaf(1, 2)

    def replace(dx: tenet.Tensor) -> None:
        x.data = tenet.zeros(2)
        x.grad = None

    y = (x * x).sum()
    x.register_hook(replace)
    y.backward()
    assert x.tolist() == [0, 0] and x.grad.tolist() == [2, 4]


def test_a_finaliser_may_run_ops() -> None:
    class Last:
        def __del__(self) -> None:
            seen.append((tenet.ones(2, requires_grad=True) * 2).sum().item())

    seen: Any = []
    x = tenet.ones(1)
    x.last = Last()  # type: ignore[attr-defined]
    del x
    gc.collect()
    assert seen == [4]


def test_deep_and_endless_things() -> None:
    nested = 1.0
    for _ in range(9):
        nested = [nested]  # type: ignore[assignment]
    with pytest.raises(ValueError):
        tenet.tensor(nested)
    endless: Any = []
    endless.append(endless)
    for take in (tenet.tensor, lambda e: tenet.zeros(2)[e]):
        with pytest.raises((RecursionError, ValueError, TypeError, IndexError)):
            take(endless)  # type: ignore[no-untyped-call]
    net = nn.Sequential()
    for _ in range(100):
        net = nn.Sequential(net)
    assert len(list(net.modules())) == 101 and repr(net).count("Sequential") == 101


def test_very_large_numbers() -> None:
    for wrong in (1 << 63, -(1 << 63) - 1, 10**30):
        with pytest.raises((OverflowError, TypeError, ValueError, IndexError)):
            tenet.zeros(wrong)
        with pytest.raises((OverflowError, TypeError, ValueError, IndexError)):
            tenet.ones(2)[wrong]
        with pytest.raises((OverflowError, TypeError, ValueError)):
            tenet.ones(2, dtype=tenet.int64) + wrong
    for sizes in [(1 << 40, 1 << 40), (1 << 62, 4), (-1,), (2, -3)]:
        with pytest.raises((ValueError, MemoryError)):
            tenet.zeros(sizes)
    assert tenet.ones(3)[-(1 << 40):].shape == (3,) and tenet.ones(3)[1 << 40:].shape == (0,)


def test_numbers_of_other_kinds() -> None:
    class Index:
        def __index__(self) -> Any:
            return 1

    class Fails:
        def __index__(self) -> None:
            raise KeyError("index")

        def __float__(self) -> None:
            raise KeyError("float")

    assert tenet.zeros(Index(), 2).shape == (1, 2) and tenet.arange(3)[Index()].item() == 1
    fails: Any = Fails()
    for act in (lambda: tenet.zeros(fails), lambda: tenet.ones(3)[fails], lambda: tenet.ones(2) + fails, lambda: tenet.tensor(fails)):
        with pytest.raises((KeyError, TypeError)):
            act()
        assert tenet.ones(1).item() == 1  # no error is left hanging


def test_wrong_calls_name_the_argument() -> None:
    t: Any = tenet  # as if it had no types
    for act in (lambda: t.zeros(2, colour=3), lambda: t.Tensor.sum(3), lambda: t.ones(2).add(), lambda: t.matmul(1, 2),
                lambda: t.nn.Linear(2), lambda: t.nn.Linear("a", 2), lambda: t.tensor([1], dtype="float"),
                lambda: t.ones(2, device=3)):
        with pytest.raises((TypeError, ValueError)):
            act()  # type: ignore[no-untyped-call]


def test_tensors_die_in_other_threads() -> None:
    def work() -> None:
        for _ in range(200):
            x = tenet.ones(100, requires_grad=True)
            y = (x * 2).exp()
            y.register_hook(lambda g: g)
            kept.append(y)
            if len(kept) > 10:
                kept.clear()  # those of other threads too

    kept: Any = []
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("program", [
    "import tenet; x = tenet.ones(3, requires_grad=True); y = (x * x).sum(); x.register_hook(print)",
    "import tenet; tenet.nn.kept = tenet.nn.Linear(2, 2); tenet.nn.kept.y = tenet.nn.kept(tenet.ones(1, 2))",
    "import tenet, sys; sys.modules['kept'] = (tenet.ones(3, requires_grad=True) * 2); del tenet",
    "import tenet, threading; t = threading.Thread(target=lambda: tenet.ones(1000, 1000) @ tenet.ones(1000, 1000)); t.start()",
    "import tenet, numpy; a = tenet.ones(3).numpy(); b = tenet.from_numpy(numpy.ones(3)); c = tenet.ones(2).__dlpack__()",
    "import tenet\nclass F(tenet.autograd.Function):\n  forward = staticmethod(lambda ctx, x: x * 2)\n  backward = staticmethod(lambda ctx, dy: dy)\n"
    "kept = F.apply(tenet.ones(2, requires_grad=True))",
    "import tenet; tenet.autograd.set_detect_anomaly(True); x = tenet.ones(2, requires_grad=True) * 2",
])
def test_a_program_ends_with_things_alive(program: str) -> None:
    run(program)


def test_a_daemon_thread_may_be_in_an_op_at_the_end() -> None:
    for _ in range(6):  # where the thread is then is chance
        run("import tenet, threading\nx = tenet.ones(400, 400)\ndef work():\n  while True: x @ x\n"
            "threading.Thread(target=work, daemon=True).start()\nimport time; time.sleep(0.1)")


def test_fork_after_use() -> None:
    run("import os, warnings, tenet\nwarnings.simplefilter('ignore', DeprecationWarning)  # of Python 3.12: this process has threads\n"
        "x = tenet.ones(300, 300); x @ x\npid = os.fork()\ny = (x @ x).sum().item()\nassert y == 300**3\n"
        "if pid: assert os.waitpid(pid, 0)[1] == 0")
