"""The functions behind the modules."""
from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from tenet import _C
from tenet._C import sigmoid, tanh  # noqa: F401
from tenet._C.functional import *  # noqa: F403

if TYPE_CHECKING:
    from tenet._C import Tensor, dtype


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(input, 0)."""
    return input.relu_() if inplace else _C.relu(input)


def relu_(input: Tensor) -> Tensor:
    """max(input, 0), written into the input."""
    return input.relu_()


def _class_dim(op: str, input: Tensor, dim: int | None) -> int:
    """The dimension; where it is left out PyTorch's choice of old, with its warning: 1, but 0 for 0, 1 or 3 dimensions."""
    if dim is not None:
        return dim
    warnings.warn(f"Implicit dimension choice for {op} has been deprecated. Change the call to include dim=X as an argument.",
                  stacklevel=3)
    return 0 if input.dim() in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype | None = None) -> Tensor:
    """exp(x) / sum(exp(x)) along dim, without overflow."""
    return _C.softmax(input, _class_dim("softmax", input, dim), dtype=dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype | None = None) -> Tensor:
    """log(softmax(x)) along dim, with all its digits."""
    return _C.log_softmax(input, _class_dim("log_softmax", input, dim), dtype=dtype)
