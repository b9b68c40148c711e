#!/usr/bin/env python3
"""Tensors and PyTorch's text of them, as a file tests/framework/tensor/print_test.cpp reads.

    pip install torch==2.13.0
    python3 tests/framework/tensor/make_print.py        # writes print.txt beside itself

A case is:
    case DTYPE EXTENTS... | VALUES...          exact values (hexadecimal floats), or "ramp SCALE SHIFT": element i is
    TEXT                                       ((i * 7919) % 10007 - SHIFT) * SCALE, too many to write down
    end
PyTorch names types "torch.float64" where Tenet says "float64", so its suffixes are changed before lines are broken.
"""
import math
import pathlib
import random

import torch

rng = random.Random(20261124)
FLOATS = ["float32", "float64"]
out = []


add_suffixes = torch._tensor_str._add_suffixes
torch._tensor_str._add_suffixes = lambda text, suffixes, *rest, **named: add_suffixes(
    text, [s.replace("=torch.", "=") for s in suffixes], *rest, **named)


def write(dtype, shape, tensor, values):
    out.append(f"case {dtype} {' '.join(map(str, shape))} | {values}\n{str(tensor)}\nend\n")


def case(dtype, shape, values):
    tensor = torch.tensor(values, dtype=getattr(torch, dtype)).reshape(shape)
    flat = tensor.reshape(-1).tolist()
    write(dtype, shape, tensor, " ".join(v.hex() if isinstance(v, float) else str(int(v)) for v in flat))


def ramp(dtype, shape, scale, shift):
    values = [((i * 7919) % 10007 - shift) * scale for i in range(math.prod(shape))]
    write(dtype, shape, torch.tensor(values, dtype=getattr(torch, dtype)).reshape(shape), f"ramp {float(scale).hex()} {shift}")


def shape_of(limit):
    shape = [rng.choice([1, 2, 3, 4, 5, 7]) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4]))]
    while math.prod(shape) > limit:
        shape.pop()
    return shape


SPECIAL = [math.nan, math.inf, -math.inf, 0.0, -0.0]
EDGES = [1e-4, 9.9999e-5, 1e8, 1.0001e8, 1000.0, 1001.0, 1.0, 0.1, 99999999.0, 123456.0, 5e-324, 1.7e308, 0.00005, 2.5, -1e-3, 12345.678]
KINDS = {
    "uniform": lambda: rng.uniform(-1, 1),
    "normal": lambda: rng.gauss(0, 1),
    "small": lambda: rng.uniform(-1, 1) * 10 ** rng.uniform(-6, 0),
    "wide": lambda: rng.choice([-1, 1]) * 10 ** rng.uniform(-9, 9),
    "huge": lambda: rng.choice([-1, 1]) * 10 ** rng.uniform(-300, 300),
    "integers": lambda: float(rng.randint(-20, 20)),
    "large integers": lambda: float(rng.randint(-10**rng.randint(1, 10), 10**9)),
    "eighths": lambda: rng.randint(-40, 40) / 8,
    "edges": lambda: rng.choice(EDGES),
    "special": lambda: rng.choice(SPECIAL + [1.0, 2.5, -3.0]),
    "special integers": lambda: rng.choice(SPECIAL + [1.0, -30.0]),
    "special only": lambda: rng.choice(SPECIAL),
}
for kind, draw in KINDS.items():
    for dtype in FLOATS:
        for _ in range(14):
            shape = shape_of(60)
            case(dtype, shape, [draw() for _ in range(math.prod(shape))])
for values in [[1e-4], [1.2e-4, 0.05], [9.99e-5, 0.05], [0.5, 500.0], [0.5, 500.5], [0.5, 504.5], [0.5, 499.5], [1e8], [1.1e8], [1.0, 1000.0], [1.0, 1001.0],
               [1e8, 1e6], [99999999.5, 1e7]]:  # either side of each rule for scientific notation
    for dtype in FLOATS:
        case(dtype, [len(values)], values)
        case(dtype, [len(values)], [-v for v in values])
for dtype, low, high in [("int64", -20, 20), ("int64", -2**63, 2**63 - 1), ("int32", -2**31, 2**31 - 1), ("int32", 0, 9), ("uint8", 0, 255)]:
    for _ in range(12):
        shape = shape_of(60)
        case(dtype, shape, [rng.randint(low, high) for _ in range(math.prod(shape))])
for _ in range(12):
    shape = shape_of(60)
    case("bool", shape, [rng.random() < 0.5 for _ in range(math.prod(shape))])
for dtype in FLOATS + ["int64", "int32", "uint8", "bool"]:
    for shape in [[0], [0, 3], [2, 0], [1, 0, 2], [3, 0, 0, 1]]:
        case(dtype, shape, [])
for shape in [[20], [29], [30], [2, 15], [2, 20], [1, 2, 17], [100], [7, 8], [3, 3, 3], [2, 2, 2, 2, 2]]:  # lines of 80 characters
    for draw in [KINDS["normal"], KINDS["integers"], KINDS["wide"]]:
        case("float32", shape, [draw() for _ in range(math.prod(shape))])
for shape in [[1000], [1001], [10, 100], [7, 143], [11, 91], [1, 1001], [1001, 1], [6, 167], [7, 11, 13], [3, 4, 100], [20, 2, 30], [2, 3, 7, 30],
              [500, 3], [40, 40]]:
    for dtype, scale, shift in [("float32", 0.125, 5000), ("float64", 1.0, 3), ("int64", 1, 4000), ("float32", 1e-3, 0), ("bool", 1, 0)]:
        ramp(dtype, shape, scale, shift)
path = pathlib.Path(__file__).with_name("print.txt")
path.write_text("".join(out))
print(f"{path}: {len(out)} cases, {path.stat().st_size} bytes")
