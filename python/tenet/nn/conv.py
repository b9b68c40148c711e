"""Convolution layers."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet.nn import functional as F
from tenet.nn import init
from tenet.nn.module import Module
from tenet.nn.parameter import Parameter

if TYPE_CHECKING:
    from tenet._C import Tensor, dtype
    from tenet._types import DeviceLike, PerAxis, Sizes


_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def _per_axis(layer: str, option: str, value: Any, axes: int, least: int) -> tuple[int, ...]:
    """One number for each axis. Raises ValueError naming the option."""
    values = (int(value),) * axes if hasattr(value, "__index__") else tuple(value)
    if len(values) != axes or any(v < least for v in values):
        raise _C.ValueError(f"{layer}: {option}={value} must be one number or {axes}, each at least {least}.")
    return values


def _padding(layer: str, value: Any, axes: int) -> Any:
    """As functional.conv2d takes it: numbers, pairs (low, high), "same" or "valid"."""
    if isinstance(value, str):
        if value not in ("same", "valid"):
            raise _C.ValueError(f"{layer}: padding=\"{value}\" is not there. Use \"same\", \"valid\" or numbers.")
        return value
    if isinstance(value, (tuple, list)) and value and isinstance(value[0], (tuple, list)):
        low = _per_axis(layer, "padding", [pair[0] for pair in value], axes, 0)
        high = _per_axis(layer, "padding", [pair[1] for pair in value], axes, 0)
        return tuple(zip(low, high))
    return _per_axis(layer, "padding", value, axes, 0)


class _ConvNd(Module):
    """What all convolution layers share: checked options, weight and bias, and how they print."""

    axes = 2
    is_transposed = False
    weight: Any = _C.Part("weight")
    bias: Any = _C.Part("bias")

    def __init__(self, in_channels: int, out_channels: int, kernel_size: PerAxis, stride: PerAxis, padding: Any,
                 output_padding: PerAxis, dilation: PerAxis, groups: int, bias: bool, padding_mode: str,
                 device: DeviceLike, dtype: dtype | None) -> None:
        super().__init__()
        layer = type(self).__name__
        modes = _PADDING_MODES[:1] if self.is_transposed else _PADDING_MODES
        if padding_mode not in modes:
            raise _C.ValueError(f"{layer}: padding_mode=\"{padding_mode}\" is not there. Use one of {modes}.")
        if in_channels < 0 or out_channels < 0 or groups < 1:
            raise _C.ValueError(f"{layer}: in_channels={in_channels} and out_channels={out_channels} must not be negative, "
                                f"and groups={groups} must be at least 1.")
        if in_channels % groups or out_channels % groups:
            raise _C.ValueError(f"{layer}: in_channels={in_channels} and out_channels={out_channels} must both be multiples "
                                f"of groups={groups}.")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = _per_axis(layer, "kernel_size", kernel_size, self.axes, 1)
        self.stride = _per_axis(layer, "stride", stride, self.axes, 1)
        self.padding = _padding(layer, padding, self.axes)
        self.dilation = _per_axis(layer, "dilation", dilation, self.axes, 1)
        self.output_padding = _per_axis(layer, "output_padding", output_padding, self.axes, 0)
        self.padding_mode = padding_mode
        channels = (in_channels, out_channels // groups) if self.is_transposed else (out_channels, in_channels // groups)
        self.weight = Parameter(_C.empty(channels + self.kernel_size, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(_C.empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws fresh starting values: uniform on +-1/sqrt(fan_in)."""
        init.default_(self.weight, self.bias)

    def extra_repr(self) -> str:
        zeros, ones = (0,) * self.axes, (1,) * self.axes
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        if self.padding not in (zeros, tuple(zip(zeros, zeros))):
            parts.append(f"padding={self.padding}")
        if self.dilation != ones:
            parts.append(f"dilation={self.dilation}")
        if self.output_padding != zeros:
            parts.append(f"output_padding={self.output_padding}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


class _Conv(_ConvNd):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: PerAxis, stride: PerAxis = 1,
                 padding: PerAxis = 0, dilation: PerAxis = 1, groups: int = 1, bias: bool = True,
                 padding_mode: str = "zeros", device: DeviceLike = None, dtype: dtype | None = None) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, 0, dilation, groups, bias, padding_mode,
                         device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        if self.padding_mode == "zeros":
            return F.conv(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        padded = F.pad(input, self._widths(), self.padding_mode)
        return F.conv(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)

    def _widths(self) -> tuple[int, ...]:
        """The padding as functional.pad takes it: before and after, the last axis first."""
        if self.padding == "valid":
            return ()
        if self.padding == "same":
            reach = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size)]
            sides = [(r // 2, r - r // 2) for r in reach]
        else:
            sides = [(p, p) if isinstance(p, int) else p for p in self.padding]
        return tuple(width for side in reversed(sides) for width in side)

    def transposed(self, input_size: Sizes) -> _ConvTranspose:
        """The layer that leads back to an input of spatial size input_size: a transposed convolution with the same
        options and the output_padding that closes the round trip, back(conv(x)).shape == x.shape.

        Its weights are fresh and have this layer's shape: after back.weight = conv.weight it is exactly the transpose
        W^T of this layer's matrix (its bias apart). Raises ShapeError if the kernel does not fit that input, ValueError unless padding_mode is "zeros"."""
        if self.padding_mode != "zeros":
            raise _C.ValueError(f"{type(self).__name__}.transposed: with padding_mode=\"{self.padding_mode}\" the transpose is no "
                                "transposed convolution alone. Use \"zeros\".")
        padding, output_padding = _C.transposed_options(self.weight.shape, input_size, self.stride, self.padding,
                                                        self.dilation, self.groups)
        return _TRANSPOSED[self.axes](self.out_channels, self.in_channels, self.kernel_size, self.stride, padding,
                                      output_padding, self.groups, self.bias is not None, self.dilation)


class _ConvTranspose(_ConvNd):
    is_transposed = True

    def __init__(self, in_channels: int, out_channels: int, kernel_size: PerAxis, stride: PerAxis = 1,
                 padding: PerAxis = 0, output_padding: PerAxis = 0, groups: int = 1, bias: bool = True,
                 dilation: PerAxis = 1, padding_mode: str = "zeros", device: DeviceLike = None,
                 dtype: dtype | None = None) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, output_padding, dilation, groups, bias,
                         padding_mode, device, dtype)

    def forward(self, input: Tensor, output_size: PerAxis | None = None) -> Tensor:
        """A result of spatial size output_size, if given, in place of what output_padding says."""
        if output_size is not None:
            output_size = tuple(output_size)[-self.axes:]
        return F.conv_transpose(input, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups,
                                self.dilation, output_size)


class Conv1d(_Conv):
    """Conv2d over one spatial axis."""

    axes = 1


class Conv2d(_Conv):
    """functional.conv2d with a weight [O, C/groups, KH, KW] and a bias [O] of its own. padding: a number, one for each
    axis, a pair (low, high) for each axis, "same" or "valid". Starts uniform on +-1/sqrt((C/groups) KH KW)."""


class Conv3d(_Conv):
    """Conv2d over three spatial axes."""

    axes = 3


class ConvTranspose1d(_ConvTranspose):
    """ConvTranspose2d over one spatial axis."""

    axes = 1


class ConvTranspose2d(_ConvTranspose):
    """functional.conv_transpose2d with a weight [C, O/groups, KH, KW] and a bias [O] of its own. The weight of a Conv2d
    from O to C channels fits as it stands; Conv2d.transposed() makes the layer that leads back. Starts uniform on
    +-1/sqrt((O/groups) KH KW)."""


class ConvTranspose3d(_ConvTranspose):
    """ConvTranspose2d over three spatial axes."""

    axes = 3


_TRANSPOSED = {1: ConvTranspose1d, 2: ConvTranspose2d, 3: ConvTranspose3d}
