"""The data that come with the library."""
from __future__ import annotations

from tenet import _C
from tenet.utils.data.dataset import TensorDataset


def digits(split: str = "train") -> TensorDataset:
    """Real handwritten digits: images [N, 1, 8, 8] float32 in [0, 1], labels [N] int64 in 0..9; N = 1,437 for "train",
    360 for "test". E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0."""
    return TensorDataset(*_C.digits(split))
