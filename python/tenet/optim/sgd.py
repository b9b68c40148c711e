from tenet import _C
from tenet.optim.optimizer import Native, only_defaults


class SGD(Native):
    """Stochastic gradient descent, with g the gradient:
        g += weight_decay x;   b = momentum b + (1 - dampening) g, the first time b = g;
        x -= lr (g + momentum b) with nesterov, lr b with momentum, lr g without.
    Raises ValueError for a setting out of range. I. Sutskever et al., 2013, ICML, section 2."""

    _core = _C.SGD
    _settings = ("lr", "momentum", "dampening", "weight_decay", "nesterov")

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
                 foreach=None, differentiable=False, fused=None):
        only_defaults("SGD", maximize=(maximize, "Minimise the negative."),
                      differentiable=(differentiable, "Write the update with ops."))
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
                                  "nesterov": nesterov})
