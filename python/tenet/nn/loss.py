"""The losses as modules."""
from __future__ import annotations

from typing import TYPE_CHECKING

from tenet.nn import functional as F
from tenet.nn.module import Module

if TYPE_CHECKING:
    from tenet._C import Tensor


class MSELoss(Module):
    """(input - target)^2; reduction "mean", "sum" or "none"."""

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = _reduction(size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class NLLLoss(Module):
    """-input at the label; reduction "mean", "sum" or "none"; labels equal to ignore_index do not count."""

    def __init__(self, weight: None = None, size_average: bool | None = None, ignore_index: int = -100,
                 reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        _no_weight("NLLLoss", weight)
        self.ignore_index = ignore_index
        self.reduction = _reduction(size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(input, target, ignore_index=self.ignore_index, reduction=self.reduction)


class CrossEntropyLoss(Module):
    """nll_loss(log_softmax(input), target); reduction "mean", "sum" or "none"."""

    def __init__(self, weight: None = None, size_average: bool | None = None, ignore_index: int = -100,
                 reduce: bool | None = None, reduction: str = "mean", label_smoothing: float = 0.0) -> None:
        super().__init__()
        _no_weight("CrossEntropyLoss", weight)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing
        self.reduction = _reduction(size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(input, target, ignore_index=self.ignore_index, reduction=self.reduction,
                               label_smoothing=self.label_smoothing)


def _no_weight(layer: str, weight: None) -> None:
    if weight is not None:
        raise NotImplementedError(f"{layer}: weights of classes are not there. Use reduction=\"none\" and weigh the losses.")


def _reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """What PyTorch's older options stand for."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"
