#!/usr/bin/env python3
"""Writes tests/nn/twins.safetensors: the starting values of layers made in Python after manual_seed(7), each. The C++ layers
(tests/nn/twins_test.cpp) and the Python ones (python/tests/nn/test_twins.py) must begin with the same bits.

    PYTHONPATH=build/python python3 tests/nn/make_twins.py
"""
import pathlib

import tenet
from tenet import nn

LAYERS = {
    "Linear": lambda: nn.Linear(3, 4),
    "Conv2d": lambda: nn.Conv2d(4, 6, (3, 2), groups=2),
    "ConvTranspose2d": lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2),
    "Sequential": lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2, bias=False)),
}


def starting_values():
    """{"Linear.weight": ..., ...}"""
    values = {}
    for name, make in LAYERS.items():
        tenet.manual_seed(7)
        values.update({f"{name}.{key}": value for key, value in make().state_dict().items()})
    return values


if __name__ == "__main__":
    tenet.save(starting_values(), pathlib.Path(__file__).parent / "twins.safetensors")
