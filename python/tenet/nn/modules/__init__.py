"""PyTorch's paths: tenet.nn.modules.conv is tenet.nn.conv, tenet.nn.modules.Linear is tenet.nn.Linear, and so on."""
import sys
from typing import Any

from tenet.nn import activation as activation, containers, conv as conv, linear as linear, loss as loss
from tenet.nn import module as module, pool, shape
from tenet.nn.modules import utils as utils

container, pooling, flatten, padding, fold = containers, pool, shape, shape, shape
for _name in ("activation", "container", "conv", "flatten", "fold", "linear", "loss", "module", "padding", "pooling"):
    sys.modules[f"{__name__}.{_name}"] = globals()[_name]


def __getattr__(name: str) -> Any:
    from tenet import nn
    if name in nn.__all__:
        return getattr(nn, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
