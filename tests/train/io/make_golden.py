#!/usr/bin/env python3
"""Makes every_type.safetensors with safetensors 0.8 and NumPy:   python3 tests/train/io/make_golden.py"""
import pathlib

import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "f32": np.array([[1.5, -2.25, 3e30], [np.inf, -0.0, 1e-42]], np.float32),
        "f64": np.array(np.pi),
        "i64": np.array([-(2**63), 2**63 - 1, 0], np.int64),
        "i32": np.array([[-(2**31)], [2**31 - 1]], np.int32),
        "u8": np.arange(256, dtype=np.uint8).reshape(2, 2, 64),
        "bool": np.array([True, False, True]),
        "empty": np.zeros((0, 5), np.float32),
        "name with \"quotes\", \\ and ü": np.array([7], np.int32),
    },
    pathlib.Path(__file__).resolve().parent / "every_type.safetensors",
    metadata={"who": "python", "number": "1"},
)
