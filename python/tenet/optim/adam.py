from __future__ import annotations

from typing import TYPE_CHECKING

from tenet import _C
from tenet.optim.optimizer import Native, only_defaults

if TYPE_CHECKING:
    from tenet._types import Params


class Adam(Native):
    """Adam, with g the gradient and t the number of steps of this parameter, from 1:
        g += weight_decay x;   m += (1 - beta1) (g - m);   v = beta2 v + (1 - beta2) g^2;
        x -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps);
    amsgrad takes the largest v so far. Raises ValueError for a setting out of range. D. Kingma, J. Ba, arXiv:1412.6980."""

    _core = _C.Adam
    _settings = ("lr", "betas", "eps", "weight_decay", "amsgrad")

    def __init__(self, params: Params, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0, amsgrad: bool = False, *, foreach: object | None = None,
                 maximize: bool = False, capturable: bool = False, differentiable: bool = False,
                 fused: object | None = None, decoupled_weight_decay: bool = False) -> None:
        only_defaults("Adam", maximize=(maximize, "Minimise the negative."),
                      differentiable=(differentiable, "Write the update with ops."),
                      decoupled_weight_decay=(decoupled_weight_decay, "Use weight_decay."))
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})
