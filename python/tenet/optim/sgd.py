from __future__ import annotations

from typing import TYPE_CHECKING

from tenet import _C
from tenet.optim.optimizer import Native, only_defaults

if TYPE_CHECKING:
    from tenet._types import Params


class SGD(Native):
    """Stochastic gradient descent, with g the gradient:
        g += weight_decay x;   b = momentum b + (1 - dampening) g, the first time b = g;
        x -= lr (g + momentum b) with nesterov, lr b with momentum, lr g without.
    Raises ValueError for a setting out of range. I. Sutskever et al., 2013, ICML, section 2."""

    _core = _C.SGD
    _settings = ("lr", "momentum", "dampening", "weight_decay", "nesterov")

    def __init__(self, params: Params, lr: float = 1e-3, momentum: float = 0, dampening: float = 0,
                 weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False,
                 foreach: object | None = None, differentiable: bool = False, fused: object | None = None) -> None:
        only_defaults("SGD", maximize=(maximize, "Minimise the negative."),
                      differentiable=(differentiable, "Write the update with ops."))
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
                                  "nesterov": nesterov})
