"""Several Python threads, and Ctrl-C."""
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any

import pytest
import tenet
from tenet import nn
from tenet.utils.data import DataLoader, digits


def train(seed: int, steps: int = 30) -> Any:
    """The weights after some steps on digits, from a generator of its own."""
    generator = tenet.Generator(seed=seed)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
    for p in net.parameters():
        nn.init.uniform_(p, -0.1, 0.1, generator=generator)
    optimizer = tenet.optim.Adam(net.parameters(), lr=0.01)
    batches = iter(DataLoader(digits(), 16, shuffle=True, generator=generator))
    for _, (x, y) in zip(range(steps), batches):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    return [p.tolist() for p in net.parameters()]


def test_two_threads_each_training_a_net_give_the_serial_numbers() -> None:
    serial = {seed: train(seed) for seed in (1, 2)}
    parallel, errors = {}, []

    def run(seed: int) -> None:
        try:
            parallel[seed] = train(seed)
        except BaseException as error:  # noqa: B902
            errors.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in serial]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and parallel == serial


def test_the_gil_is_free_while_a_long_op_runs() -> None:
    """A thread that only counts goes on counting during an op."""
    x = tenet.randn(1200, 1200)
    counted, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0.0002)

    thread = threading.Thread(target=count)
    thread.start()
    before = counted[0]
    for _ in range(5):
        x @ x
    during = counted[0] - before
    stop.set()
    thread.join()
    assert during >= 10


def test_backward_may_run_in_another_thread() -> None:
    x = tenet.ones(2, requires_grad=True)
    y = (x * x).sum()
    thread = threading.Thread(target=y.backward)
    thread.start()
    thread.join()
    assert x.grad.tolist() == [2, 2]


PROGRAM = """
    import tenet, time
    x = tenet.ones(400_000, requires_grad=True)
    y = x
    for _ in range(4000):
        y = y.sin()
    print("begin", flush=True)
    start = time.monotonic()
    try:
        y.sum().backward()
        print("finished", time.monotonic() - start)
    except KeyboardInterrupt:
        print("interrupted", x.grad is None, time.monotonic() - start)
    x.sum().backward()
    print("usable", x.grad.sum().item())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_a_long_backward() -> None:
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(PROGRAM)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begin\n"  # type: ignore[union-attr]
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert out.startswith("interrupted True") and out.endswith("usable 400000.0\n"), out
    assert float(out.split()[2]) < 2
