#!/usr/bin/env python3
"""Makes the files of this folder from scikit-learn's load_digits (scikit-learn 1.9.1, NumPy 2):

    python3 train/data/digits/make_digits.py

*_images.idx and *_labels.idx are IDX files (uint8, big-endian header, as MNIST's): images [N, 8, 8] with values 0..16,
labels [N] with values 0..9. digits.inc holds the same bytes as string literals; train/data/digits.cpp compiles them in.

The split was drawn once, before any training, and is kept: 360 of the 1,797 images for the test, each class by its
share, chosen by NumPy's PCG64 with seed 1797. Within a part the images stand in their original order.
"""
import pathlib
import struct

import numpy as np
from sklearn.datasets import load_digits

SEED, TEST_SIZE, CLASSES = 1797, 360, 10
HERE = pathlib.Path(__file__).resolve().parent


def split(labels):
    """Sorted indices of the training part and of the test part."""
    counts = np.bincount(labels, minlength=CLASSES)
    shares = counts * TEST_SIZE / len(labels)
    taken = np.floor(shares).astype(int)
    for c in np.argsort(taken - shares, kind="stable")[: TEST_SIZE - taken.sum()]:  # the largest remainders
        taken[c] += 1
    random = np.random.Generator(np.random.PCG64(SEED))
    test = np.concatenate([random.permutation(np.flatnonzero(labels == c))[: taken[c]] for c in range(CLASSES)])
    return np.setdiff1d(np.arange(len(labels)), test), np.sort(test)


def idx(array):
    """The bytes of an IDX file of uint8."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()


def literal(name, data):
    rows = ["".join(f"\\{byte:o}" for byte in data[i : i + 64]) for i in range(0, len(data), 64)]
    return f"constexpr char {name}[] =\n" + "\n".join(f'"{row}"' for row in rows) + ";\n"


def main():
    digits = load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target
    assert images.shape == (1797, 8, 8) and images.max() == 16 and (images == digits.images).all()
    text = "// Made by make_digits.py from the IDX files beside it.\n"
    for name, part in zip(("train", "test"), split(labels)):
        for kind, array in (("images", images[part]), ("labels", labels[part])):
            data = idx(array)
            (HERE / f"{name}_{kind}.idx").write_bytes(data)
            text += literal(f"k{name.capitalize()}{kind.capitalize()}", data)
        print(name, len(part), "images, per class", np.bincount(labels[part]).tolist())
    (HERE / "digits.inc").write_text(text)


if __name__ == "__main__":
    main()
