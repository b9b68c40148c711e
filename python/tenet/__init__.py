"""Tenet: tensors with gradients, and the convolutions that are each other's transposes.

>>> import tenet
>>> x = tenet.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> (x * x).sum().backward()
>>> x.grad
tensor([2., 4., 6.])

Names, argument names and defaults are PyTorch's. What is Tenet's own has the names of its C++ headers.
"""
from __future__ import annotations

import builtins as _builtins
from math import e, inf, nan, pi

from tenet import _C
from tenet._C import *  # noqa: F403
from tenet._C import Tensor, dtype
from tenet import _tensor  # completes Tensor
# These take the place of compiled ones, which they call.
from tenet.autograd import enable_grad, inference_mode, no_grad, set_grad_enabled  # type: ignore[assignment]
from tenet import autograd, cuda, nn, optim, utils
from tenet.autograd import adjoint_check, gradcheck  # type: ignore[assignment]
from tenet.serialization import load, save
from tenet.matrix import as_matrix, as_sparse, operator_norm, singular_values  # type: ignore[assignment]
from tenet.nn.summary import summary
from tenet.progress import progress
from tenet.tape import Tape, tape

__version__ = _C.version
newaxis = None


def get_default_dtype() -> dtype:
    """The type of tensors made from Python's floats: float32."""
    return _C.float32


def is_floating_point(input: Tensor) -> _builtins.bool:
    """Whether the elements are float32 or float64."""
    return input.is_floating_point()


def __getattr__(name: str) -> object:
    """tenet.testing is imported when it is first asked for."""
    if name == "testing":
        import importlib
        return importlib.import_module("tenet.testing")
    raise AttributeError(f"module 'tenet' has no attribute '{name}'")


# What `from tenet import *` gives: not what would hide Python's own names.
__all__ = [name for name in list(globals()) if not name.startswith("_") and not hasattr(_builtins, name)]
