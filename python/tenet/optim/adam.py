from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor
from tenet.optim.optimizer import Native, only_defaults

if TYPE_CHECKING:
    from tenet._types import Params


class Adam(Native):
    """Adam, with g the gradient, or minus the gradient with maximize, and t the number of steps of this parameter, from 1:
        g += weight_decay x;   m += (1 - beta1) (g - m);   v = beta2 v + (1 - beta2) g^2;
        x -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps);
    amsgrad takes the largest v so far; with decoupled_weight_decay x -= lr weight_decay x in the place of what is added to
    g. Raises ValueError for a setting out of range. D. Kingma, J. Ba, arXiv:1412.6980."""

    def __init__(self, params: Params, lr: float | Tensor = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0, amsgrad: bool = False, *, foreach: bool | None = None,
                 maximize: bool = False, capturable: bool = False, differentiable: bool = False,
                 fused: bool | None = None, decoupled_weight_decay: bool = False) -> None:
        only_defaults(type(self).__name__, differentiable=(differentiable, "Write the update with ops."))
        super().__init__(params, {"lr": lr, "betas": tuple(betas), "eps": eps, "weight_decay": weight_decay,
                                  "amsgrad": amsgrad, "maximize": maximize, "foreach": foreach, "capturable": capturable,
                                  "differentiable": differentiable, "fused": fused,
                                  "decoupled_weight_decay": decoupled_weight_decay})

    _settings = itemgetter("lr", "betas", "eps", "weight_decay", "amsgrad", "maximize", "decoupled_weight_decay")

    def _check_group(self, group: dict[str, Any]) -> None:
        if group["params"]:
            _C.check_adam(group["params"], *self._settings(group))

    def _update(self, group: dict[str, Any]) -> None:
        params, gradients = _C.with_gradients(group["params"])
        states = [_prepared(p, self.state[p], group["amsgrad"]) for p in params]
        largest = [state["max_exp_avg_sq"] if group["amsgrad"] else None for state in states]
        _C.adam_step(params, gradients, [state["exp_avg"] for state in states], [state["exp_avg_sq"] for state in states],
                     largest, [state["step"].item() + 1 for state in states], *self._settings(group))
        for p, state in zip(params, states):
            state["step"].add_(1)
            self.state[p] = state


def _prepared(parameter: Tensor, state: dict[str, Any], amsgrad: bool) -> dict[str, Any]:
    """The state with what it lacks. The step is a tensor, as PyTorch keeps it."""
    if not state:
        state = {"step": _C.tensor(0.0), "exp_avg": _C.zeros_like(parameter), "exp_avg_sq": _C.zeros_like(parameter)}
    if not isinstance(state["step"], Tensor):
        state["step"] = _C.tensor(float(state["step"]))
    if amsgrad and "max_exp_avg_sq" not in state:
        state["max_exp_avg_sq"] = _C.zeros_like(parameter)
    return state


class AdamW(Adam):
    """Adam with decoupled_weight_decay. I. Loshchilov, F. Hutter, arXiv:1711.05101."""

    def __init__(self, params: Params, lr: float | Tensor = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 1e-2, amsgrad: bool = False, *, maximize: bool = False,
                 foreach: bool | None = None, capturable: bool = False, differentiable: bool = False,
                 fused: bool | None = None) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize,
                         capturable=capturable, differentiable=differentiable, fused=fused, decoupled_weight_decay=True)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True  # what an Adam saved is read too
