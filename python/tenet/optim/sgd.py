from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet.optim.optimizer import Native, only_defaults

if TYPE_CHECKING:
    from tenet._C import Tensor
    from tenet._types import Params


class SGD(Native):
    """Stochastic gradient descent, with g the gradient, or minus the gradient with maximize:
        g += weight_decay x;   b = momentum b + (1 - dampening) g, the first time b = g;
        x -= lr (g + momentum b) with nesterov, lr b with momentum, lr g without.
    Raises ValueError for a setting out of range. I. Sutskever et al., 2013, ICML, section 2."""

    def __init__(self, params: Params, lr: float | Tensor = 1e-3, momentum: float = 0, dampening: float = 0,
                 weight_decay: float | Tensor = 0, nesterov: bool = False, *, maximize: bool = False,
                 foreach: bool | None = None, differentiable: bool = False, fused: bool | None = None) -> None:
        only_defaults("SGD", differentiable=(differentiable, "Write the update with ops."))
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
                                  "nesterov": nesterov, "maximize": maximize, "foreach": foreach,
                                  "differentiable": differentiable, "fused": fused})

    _settings = itemgetter("lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize")

    def _check_group(self, group: dict[str, Any]) -> None:
        if group["params"]:
            _C.check_sgd(group["params"], *self._settings(group))

    def _update(self, group: dict[str, Any]) -> None:
        _C.sgd_step(group["params"], self.state, *self._settings(group))
