#!/usr/bin/env python3
"""PyTorch's values and gradients of every op, as files the golden tests read.

    pip install torch==2.13.0
    python3 tests/ops/golden/make_golden.py        # writes *.json beside itself; the cases stand in golden_*.py

A file holds one case a line:
    {"op": name, "o": options, "in": tensors, "out": tensors, "dy": tensors, "dx": tensors}
with a tensor as [dtype, shape, elements]. Real numbers are multiples of 1/8, so float32 holds them too: cases without
"exact_types" are checked in both floating types against the same float64 results. dx is null where an input has no
gradient. An in-place case has "in_place": true. The names and options are those of tests/ops/op_table_*.cpp.
"""
import pathlib

import torch

import golden_cases
from golden_cases import Family
from golden_conv import convolutions
from golden_numbers import division, elementwise, products, promotion, reductions
from golden_shapes import indexing, losses, shapes, weighed_losses, windows


def rows():
    """The cases that stand beside their rows in tests/ops, as comments: the arguments of Family.add.
        // PyTorch: "flip", [real(2, 3)], lambda x: x.flip([0]), dims=[0]
    """
    g = Family("rows")
    for path in sorted(pathlib.Path(__file__).parent.parent.rglob("*.cpp")):
        for line in path.read_text().splitlines():
            head, found, arguments = line.partition("// PyTorch: ")
            if found and not head.strip():
                eval(f"g.add({arguments})", {**vars(golden_cases), "torch": torch, "g": g})
    g.write()


for family in [elementwise, promotion, reductions, products, shapes, indexing, losses, windows, convolutions, rows,
               weighed_losses, division]:
    family()
