"""Starting values, written into a tensor in place and not recorded."""
from __future__ import annotations

import functools
import math
import warnings
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet.autograd.grad_mode import no_grad

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec

    from tenet._C import Generator, Tensor

    P = ParamSpec("P")

_GAINS = {"linear": 1.0, "conv1d": 1.0, "conv2d": 1.0, "conv3d": 1.0, "conv_transpose1d": 1.0, "conv_transpose2d": 1.0,
          "conv_transpose3d": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the variance through a nonlinearity: 5/3 for tanh, sqrt(2) for relu,
    sqrt(2 / (1 + a^2)) for leaky_relu with slope a = param (0.01), 1 for linear layers and sigmoid."""
    if nonlinearity == "leaky_relu":
        if isinstance(param, bool) or not isinstance(param, (int, float, type(None))):
            raise _C.ValueError(f"calculate_gain: negative_slope {param!r} not a valid number.")
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in _GAINS:
        raise _C.ValueError(f"calculate_gain: no nonlinearity is called \"{nonlinearity}\". There are leaky_relu, "
                            f"{', '.join(_GAINS)}.")
    return _GAINS[nonlinearity]


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """What one output of a layer with this weight [O, I, ...] reads, and what one input is read by."""
    if tensor.dim() < 2:
        raise _C.ShapeError(f"init: a weight of shape {tuple(tensor.shape)} has no fan in and out. It needs two dimensions "
                            "or more, [out, in, ...].")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise _C.ValueError(f"init: mode \"{mode}\" is not there. Use \"fan_in\" or \"fan_out\".")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


def _root(squared: float, fan: int) -> float:
    """sqrt(squared / fan). An empty weight draws nothing: its bound is any number."""
    return math.sqrt(squared / fan) if fan else 0.0


def _unrecorded(f: Callable[P, Tensor]) -> Callable[P, Tensor]:
    @functools.wraps(f)
    def init(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        with no_grad():
            return f(*args, **kwargs)

    return init


@_unrecorded
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform on [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@_unrecorded
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal with this mean and standard deviation."""
    return tensor.normal_(mean, std, generator=generator)


@_unrecorded
def constant_(tensor: Tensor, val: float) -> Tensor:
    """val everywhere."""
    return tensor.fill_(val)


def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return constant_(tensor, 0)


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return constant_(tensor, 1)


@_unrecorded
def eye_(tensor: Tensor) -> Tensor:
    """The identity, of a matrix."""
    if tensor.dim() != 2:
        raise _C.ShapeError(f"eye_: needs a matrix, not a tensor of shape {tuple(tensor.shape)}.")
    return tensor.copy_(_C.eye(*tensor.shape))


@_unrecorded
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution kernel [O, I, ...] that passes its input through, as many channels as there are."""
    if tensor.dim() not in (3, 4, 5) or tensor.shape[0] % groups:
        raise _C.ShapeError(f"dirac_: needs a kernel of 1 to 3 axes with channels in {groups} groups, not shape "
                            f"{tuple(tensor.shape)}.")
    tensor.zero_()
    per_group = tensor.shape[0] // groups
    centre = tuple(n // 2 for n in tensor.shape[2:])
    for group in range(groups):
        for channel in range(min(per_group, tensor.shape[1])):
            tensor[(group * per_group + channel, channel) + centre] = 1
    return tensor


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform on +-gain sqrt(6 / (fan_in + fan_out)). X. Glorot, Y. Bengio, 2010, AISTATS, eq. 16."""
    bound = gain * _root(6.0, sum(_calculate_fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal with the deviation gain sqrt(2 / (fan_in + fan_out))."""
    return normal_(tensor, 0.0, gain * _root(2.0, sum(_calculate_fan_in_and_fan_out(tensor))), generator)


def kaiming_uniform_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
                     generator: Generator | None = None) -> Tensor:
    """Uniform on +-gain sqrt(3 / fan). K. He et al., 2015, "Delving deep into rectifiers", ICCV, eq. 10 and 15."""
    bound = calculate_gain(nonlinearity, a) * _root(3.0, _calculate_correct_fan(tensor, mode))
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
                    generator: Generator | None = None) -> Tensor:
    """Normal with the deviation gain / sqrt(fan)."""
    std = calculate_gain(nonlinearity, a) * _root(1.0, _calculate_correct_fan(tensor, mode))
    return normal_(tensor, 0.0, std, generator)


def default_(weight: Tensor, bias: Tensor | None = None, generator: Generator | None = None) -> None:
    """PyTorch's default of linear and convolution layers: both uniform on +-1/sqrt(fan_in)."""
    _C.init_default_(weight, bias, generator)


def _older(f: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """The function under PyTorch's older name, without the underscore."""
    @functools.wraps(f)
    def warned(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        warnings.warn(f"nn.init.{f.__name__[:-1]} is now nn.init.{f.__name__}.", FutureWarning, stacklevel=2)
        return f(*args, **kwargs)

    return warned


uniform = _older(uniform_)
normal = _older(normal_)
constant = _older(constant_)
eye = _older(eye_)
dirac = _older(dirac_)
xavier_uniform = _older(xavier_uniform_)
xavier_normal = _older(xavier_normal_)
kaiming_uniform = _older(kaiming_uniform_)
kaiming_normal = _older(kaiming_normal_)
