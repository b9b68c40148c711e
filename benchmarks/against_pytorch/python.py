#!/usr/bin/env python3
"""Tenet from Python beside PyTorch, as ratios with their spread: small ops, small networks, import; and training steps from
Python beside the same from C++.

    cmake --preset release -DTENET_BUILD_BENCHMARKS=ON -DTENET_BUILD_PYTHON=ON && cmake --build build
    python3 -m venv build/torch && build/torch/bin/pip install torch==2.13.0 numpy
    PYTHONPATH=build/python build/torch/bin/python benchmarks/against_pytorch/python.py

The module must have been built for this Python. Both run in this process, with one program: a function of the module that
stands for `torch`. They take turns; a ratio is PyTorch's time / Tenet's within a pair of turns; the table gives the median
over the pairs and its quartiles.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import tenet
import torch

HERE = Path(__file__).resolve().parent


# --- What is measured: programs of PyTorch, with the module as their argument ---------------------------------------------

def recorded_mul(m):
    x, dy = m.ones(8, requires_grad=True), m.ones(8)
    return lambda: (x * x).backward(dy)


def recorded_sin(m):
    x, dy = m.ones(8, requires_grad=True), m.ones(8)
    return lambda: x.sin().backward(dy)


def mul(m):
    x = m.ones(8)
    return lambda: x * x


def sin(m):
    x = m.ones(8)
    return lambda: x.sin()


def add_number(m):
    x = m.ones(8)
    return lambda: x + 1.0


def index_row(m):
    x = m.ones(8, 2)
    return lambda: x[3]


def xor(m):
    x = m.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return trainer(m, m.nn.Sequential(m.nn.Linear(2, 16), m.nn.Tanh(), m.nn.Linear(16, 1)), x,
                   m.tensor([[0.0], [1.0], [1.0], [0.0]]), m.nn.functional.mse_loss)


def lenet(m):
    nn = m.nn
    net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
                        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                        nn.Linear(84, 10))
    return trainer(m, net, m.randn(64, 1, 28, 28), m.randint(0, 10, (64,)),
                   nn.functional.cross_entropy)


def mlp(m):
    nn = m.nn
    net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    return trainer(m, net, m.randn(64, 784), m.randint(0, 10, (64,)), nn.functional.cross_entropy)


def trainer(m, net, x, target, loss):
    sgd = m.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

    def step():
        sgd.zero_grad()
        loss(net(x), target).backward()
        sgd.step()

    return step


# name, program, the ratio that is aimed at
PROGRAMS = [("mul of 8, recorded, with backward", recorded_mul, 6), ("sin of 8, recorded, with backward", recorded_sin, 6),
            ("mul of 8", mul, 2), ("sin of 8", sin, 2), ("add of 8 and a number", add_number, 2), ("x[3]", index_row, 2),
            ("xor MLP 2-16-1, batch 4, step", xor, 4), ("LeNet, batch 64, step", lenet, None), ("MLP 784-128-10, batch 64, step", mlp, None)]


# --- How -------------------------------------------------------------------------------------------------------------------

def turn(f, seconds):
    """Microseconds a call, over about this long."""
    calls, begin = 0, time.perf_counter()
    while True:
        for _ in range(10):
            f()
        calls += 10
        took = time.perf_counter() - begin
        if took > seconds:
            return 1e6 * took / calls


def compare(first, second, pairs, seconds):
    """(median of first, median of second, median ratio second / first, its quartiles)"""
    first(), second()
    turns = [(turn(first, seconds), turn(second, seconds)) for _ in range(pairs)]
    low, middle, high = statistics.quantiles([b / a for a, b in turns], n=4)
    return statistics.median(a for a, _ in turns), statistics.median(b for _, b in turns), middle, low, high


class FromCpp:
    """Training steps in C++: build/benchmarks/tenet_side."""

    def __init__(self, build, threads):
        self.process = subprocess.Popen([str(Path(build) / "benchmarks" / "tenet_side")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.ask(f"threads {threads}")

    def ask(self, request):
        print(request, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


def imports(pairs):
    """Seconds that an import takes, beside an empty program."""
    def run(program):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        return time.perf_counter() - begin

    empty = statistics.median(run("pass") for _ in range(pairs))
    return {name: statistics.median(run(f"import {name}") for _ in range(pairs)) - empty for name in ("tenet", "torch")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.2, help="of a turn")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--build", default="build")
    parser.add_argument("--csv", help="a file for the table")
    args = parser.parse_args()
    for module in (tenet, torch):
        module.set_num_threads(args.threads)
        assert module.get_num_threads() == args.threads

    rows = [("case", "tenet_us", "other_us", "ratio", "low", "high", "aim")]
    for name, program, aim in PROGRAMS:
        rows.append((name, *compare(program(tenet), program(torch), args.pairs, args.seconds), aim or ""))
    cpp = FromCpp(args.build, args.threads)
    for name, request, program in (("LeNet, from Python / from C++", "network lenet 64", lenet),
                                   ("MLP, from Python / from C++", "network mlp 64", mlp)):
        cpp.ask(request)
        step, pairs = program(tenet), []
        for _ in range(args.pairs):
            pairs.append((turn(step, args.seconds), 1e6 * cpp.ask(f"time {args.seconds}")))
        low, middle, high = statistics.quantiles([a / b for a, b in pairs], n=4)
        rows.append((name, statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs), middle, low, high, 1.1))
    took = imports(args.pairs)
    rows.append(("import", 1e6 * took["tenet"], 1e6 * took["torch"], took["torch"] / took["tenet"], "", "", ""))

    for row in rows:
        print(f"{row[0]:36}" + "".join(f"{cell:>12.3f}" if isinstance(cell, float) else f"{cell:>12}" for cell in row[1:]))
    if args.csv:
        with open(args.csv, "w", newline="", encoding="utf-8") as file:
            file.write(f"# Tenet {tenet.__version__}, PyTorch {torch.__version__}, {args.threads} threads each, {os.cpu_count()} cores; "
                       f"{args.pairs} pairs of turns of {args.seconds} s\n")
            csv.writer(file).writerows([[f"{c:.4g}" if isinstance(c, float) else c for c in row] for row in rows])


if __name__ == "__main__":
    main()
