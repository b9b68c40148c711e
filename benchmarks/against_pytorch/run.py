#!/usr/bin/env python3
"""Tenet beside PyTorch: convolution layers and training steps, as ratios with their spread.

    cmake --preset release -DTENET_BUILD_BENCHMARKS=ON && cmake --build build
    python3 -m venv build/torch && build/torch/bin/pip install torch==2.13.0 numpy
    benchmarks/against_pytorch/run.py --torch build/torch/bin/python

On a card, with a build that has CUDA (cmake --preset cuda) and a PyTorch that has it:

    benchmarks/against_pytorch/run.py --torch python3 --build build-cuda --device cuda [--networks] [--graph]

Each side is a process of its own; they take turns of a fraction of a second, so that what else the machine does meets
both. A ratio is PyTorch's time / Tenet's time within a pair of turns, above 1 where Tenet is faster; the table gives
the median over the pairs and its quartiles. PyTorch runs in both memory formats and the faster one counts. Results
are compared too: a cell whose results differ is an error.
"""

import argparse
import csv
import datetime
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COLUMNS = ["kind", "N", "C", "H", "W", "K", "R", "S", "stride", "pad", "dil", "groups", "outpad"]
NETWORKS = [("lenet", 64), ("mlp", 64), ("unet", 8), ("dcgan", 32)]


class Side:
    """A process that answers one line of text with a number."""

    def __init__(self, name, command, threads, device, graph):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.ask(f"threads {threads}") != threads:
            sys.exit(f"{name} does not run with {threads} threads")
        self.ask(f"device {device}")
        if graph:
            self.ask("graph 1")

    def ask(self, request):
        print(request, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.name} ended at the request: {request}")
        return float(answer)


def start(args):
    tenet = Path(args.build) / "benchmarks" / "tenet_side"
    torch = [args.torch, str(HERE / "torch_side.py")]
    commands = {"Tenet": [str(tenet)]}
    if args.noise:
        commands["Tenet again"] = [str(tenet)]
    else:
        commands |= {"PyTorch": torch, "PyTorch, channels_last": torch + ["channels_last"]}
    return [Side(name, command, args.threads, args.device, args.graph) for name, command in commands.items()]


def close(values, flops):
    """Equal but for rounding: random signs make such a sum about 0.02 sqrt(flops) large, a wrong tap changes it so."""
    return max(values) - min(values) <= 1e-6 * math.sqrt(flops)


def measure(sides, request, flops, args):
    """[(name, median seconds, ratios to Tenet)] of the peers, the fastest first, and Tenet's median."""
    values = [side.ask(request) for side in sides]
    if not close(values, flops):
        sys.exit(f"{request}: the results differ: {values}")
    times = {side.name: [] for side in sides}
    for _ in range(args.pairs):
        for side in sides:
            time.sleep(args.pause)  # the other's threads may still spin
            times[side.name].append(side.ask(f"time {args.seconds}"))
    own = times.pop(sides[0].name)
    peers = [(name, statistics.median(t), [p / o for p, o in zip(t, own)]) for name, t in times.items()]
    return statistics.median(own), sorted(peers, key=lambda peer: peer[1])


def quartiles(ratios):
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return low, middle, high


def row(name, what, own, peers):
    low, middle, high = quartiles(peers[0][2])
    times = {peer[0]: peer[1] * 1e3 for peer in peers}
    return {"case": name, "pass": what, "tenet_ms": own * 1e3, **{f"{k}_ms": v for k, v in times.items()},
            "ratio": middle, "low": low, "high": high}


def show(cell):
    times = "  ".join(f"{value:9.3f}" for key, value in cell.items() if key.endswith("_ms"))
    print(f"{cell['case']:22} {cell['pass']:5} {times}   {cell['ratio']:6.2f}  ({cell['low']:.2f} .. {cell['high']:.2f})",
          flush=True)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def report(cells):
    """The lines under the table: what the 24 layers come to."""
    core = [c for c in cells if c["case"][0] in "LDT" and c["pass"] in ("fwd", "dx", "dw")]
    if not core:
        return []
    lines = [f"geometric mean of {len(core)} cells (L, D, T): {geometric_mean([c['ratio'] for c in core]):.3f}"]
    for what in ("fwd", "dx", "dw"):
        ratios = [c["ratio"] for c in core if c["pass"] == what]
        if ratios:
            lines.append(f"  {what}: {geometric_mean(ratios):.3f}")
    worst = sorted(core, key=lambda c: c["ratio"])[:8]
    lines.append("slowest: " + ", ".join(f"{c['case'].split()[0]} {c['pass']} {c['ratio']:.2f}" for c in worst))
    return lines


def machine(args):
    with open("/proc/cpuinfo") as info:
        cpu = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "?")
    version = subprocess.run([args.torch, "-c", "import torch; print(torch.__version__)"], capture_output=True,
                             text=True).stdout.strip()
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True,
                            text=True).stdout.strip()
    if args.device != "cpu":
        asked = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
        cpu = f"{subprocess.run(asked, capture_output=True, text=True).stdout.strip()} beside {cpu}"
    blas = os.environ.get("OPENBLAS_CORETYPE", "OpenBLAS's choice")
    return (f"{datetime.date.today()}, {cpu}, {os.cpu_count()} cores, {platform.platform()}\n"
            f"Tenet {commit}, OpenBLAS kernels: {blas}; PyTorch {version}; {args.threads} threads each;\n"
            f"{args.pairs} pairs of turns of {args.seconds} s{', Tenet by cuda::Graph' if args.graph else ''}")


def save(path, cells, head, lines):
    with open(path, "w", newline="") as file:
        file.writelines(f"# {line}\n" for line in [*head.splitlines(), *lines])
        writer = csv.DictWriter(file, cells[0].keys(), lineterminator="\n")
        writer.writeheader()
        for cell in cells:
            writer.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in cell.items()})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", default=sys.executable, help="a python that has PyTorch")
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--layers", default="LDTX", help="beginnings of names in conv_shapes.csv, between commas")
    parser.add_argument("--passes", default="fwd,dx,dw")
    parser.add_argument("--networks", action="store_true", help="training steps in place of layers")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", help="where both compute: cpu, cuda, cuda:1")
    parser.add_argument("--graph", action="store_true", help="replay Tenet's training steps as graphs of the card")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2, help="of a turn")
    parser.add_argument("--pause", type=float, default=0.15, help="seconds between turns")
    parser.add_argument("--noise", action="store_true", help="Tenet against itself: what the machine adds")
    parser.add_argument("--save", help="write the table as CSV")
    args = parser.parse_args()

    head = machine(args)
    sides = start(args)
    print(head)
    print(f"milliseconds: {', '.join(side.name for side in sides)} (the faster peer first); ratio (quartiles)")
    cells = []
    if args.networks:
        for name, batch in NETWORKS:
            cells.append(row(f"{name}, batch {batch}", "step",
                             *measure(sides, f"network {name} {batch}", 100, args)))
            show(cells[-1])
    else:
        wanted = tuple(args.layers.split(",")) if "," in args.layers else (args.layers,) if args.layers[1:].isdigit() else tuple(args.layers)
        with open(HERE.parent / "conv_shapes.csv") as file:
            layers = [layer for layer in csv.DictReader(file) if layer["id"].startswith(wanted)]
        for layer in layers:
            for what in args.passes.split(","):
                request = f"conv {what} " + " ".join(layer[column] for column in COLUMNS)
                flops = 1e9 * float(layer["fwd_GFLOP"])
                cells.append(row(f"{layer['id']} {layer['family'][:18]}", what, *measure(sides, request, flops, args)))
                show(cells[-1])
    lines = report(cells)
    print("\n".join(lines))
    if args.save:
        save(args.save, cells, head, lines)


main()
