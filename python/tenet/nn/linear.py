from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet.nn import init
from tenet.nn.functional import linear
from tenet.nn.module import Module
from tenet.nn.parameter import Parameter

if TYPE_CHECKING:
    from tenet._C import Tensor, dtype
    from tenet._types import DeviceLike


class Linear(Module):
    """y = x weight^T + bias. Shapes: x [..., I]; weight [O, I]; bias [O] -> [..., O]. Starts uniform on +-1/sqrt(I)."""

    weight: Any = _C.Part("weight")
    bias: Any = _C.Part("bias")

    def __init__(self, in_features: int, out_features: int, bias: bool = True, device: DeviceLike = None,
                 dtype: dtype | None = None) -> None:
        super().__init__()
        if in_features < 0 or out_features < 0:
            raise _C.ValueError(f"Linear: in_features={in_features} and out_features={out_features} must not be negative.")
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(_C.empty(out_features, in_features, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(_C.empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws fresh starting values."""
        init.default_(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
