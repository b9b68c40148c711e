"""Tenet: tensors with gradients, and the convolutions that are each other's transposes.

>>> import tenet
>>> x = tenet.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> (x * x).sum().backward()
>>> x.grad
tensor([2., 4., 6.])

Names, argument names and defaults are PyTorch's. What is Tenet's own has the names of its C++ headers.
"""
# X as X: names of the package, for type checkers too.
import builtins as _builtins
import typing as _typing
from math import e as e, inf as inf, nan as nan, pi as pi

from tenet import _C
from tenet._C import *  # noqa: F403
from tenet._C import Tensor, dtype
from tenet import _tensor  # completes Tensor
from tenet._names import *  # noqa: F403
from tenet.autograd import enable_grad as enable_grad, inference_mode as inference_mode, no_grad as no_grad
from tenet.autograd import set_grad_enabled as set_grad_enabled
from tenet.autograd.anomaly import is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled
from tenet.autograd.anomaly import is_anomaly_enabled as is_anomaly_enabled
from tenet.autograd.grad_mode import is_inference_mode_enabled as is_inference_mode_enabled
from tenet import autograd as autograd, cuda as cuda, nn as nn, optim as optim, random as random, utils as utils
from tenet import version as version
from tenet.autograd import adjoint_check as adjoint_check, gradcheck as gradcheck
from tenet.random import get_rng_state as get_rng_state, seed as seed, set_rng_state as set_rng_state
from tenet.serialization import load as load, save as save
from tenet.matrix import as_matrix as as_matrix, as_sparse as as_sparse, operator_norm as operator_norm
from tenet.matrix import singular_values as singular_values
from tenet.nn.summary import summary as summary
from tenet.progress import progress as progress
from tenet.tape import Tape as Tape, tape as tape
from tenet.version import __version__ as __version__

if _typing.TYPE_CHECKING:
    from tenet import testing as testing

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
