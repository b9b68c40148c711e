"""The functions behind the modules."""
from __future__ import annotations

from typing import TYPE_CHECKING

from tenet import _C
from tenet._C import sigmoid, tanh  # noqa: F401
from tenet._C.functional import *  # noqa: F403

if TYPE_CHECKING:
    from tenet._C import Tensor


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(input, 0)."""
    return input.relu_() if inplace else _C.relu(input)


def relu_(input: Tensor) -> Tensor:
    """max(input, 0), written into the input."""
    return input.relu_()
