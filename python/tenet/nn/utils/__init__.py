"""Helpers for parameters and their gradients."""
from __future__ import annotations

from typing import TYPE_CHECKING

from tenet import _C
from tenet._C import Tensor
from tenet.autograd.grad_mode import no_grad

if TYPE_CHECKING:
    from tenet._types import Parameters


def _listed(parameters: Parameters) -> list[Tensor]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


@no_grad()
def get_total_norm(tensors: Parameters, norm_type: float = 2.0) -> Tensor:
    """The norm of all elements of all tensors."""
    tensors = _listed(tensors)
    if not tensors:
        return _C.tensor(0.0)
    if norm_type == float("inf"):
        return _C.stack([x.abs().amax() for x in tensors]).amax()
    return _C.stack([x.abs().pow(norm_type).sum() for x in tensors]).sum().pow(1 / norm_type)


@no_grad()
def clip_grad_norm_(parameters: Parameters, max_norm: float, norm_type: float = 2.0,
                    error_if_nonfinite: bool = False) -> Tensor:
    """Scales the gradients, all together, so that their norm is at most max_norm; returns the norm they had."""
    gradients = [p.grad for p in _listed(parameters) if p.grad is not None]
    norm = get_total_norm(gradients, norm_type)
    if error_if_nonfinite and not -float("inf") < norm.item() < float("inf"):
        raise _C.ValueError(f"clip_grad_norm_: the norm of the gradients is {norm.item()}.")
    scale = max_norm / (norm.item() + 1e-6)
    if scale < 1:
        for gradient in gradients:
            gradient.mul_(scale)
    return norm


@no_grad()
def clip_grad_value_(parameters: Parameters, clip_value: float) -> None:
    """Limits every element of the gradients to [-clip_value, clip_value]."""
    for parameter in _listed(parameters):
        if parameter.grad is not None:
            parameter.grad.clamp_(-clip_value, clip_value)


def parameters_to_vector(parameters: Parameters) -> Tensor:
    """All parameters as one vector, recorded."""
    return _C.cat([p.reshape(-1) for p in _listed(parameters)])


def vector_to_parameters(vec: Tensor, parameters: Parameters) -> None:
    """Writes the elements of the vector into the parameters."""
    begin = 0
    for parameter in _listed(parameters):
        with no_grad():
            parameter.copy_(vec[begin:begin + parameter.numel()].view(parameter.shape))
        begin += parameter.numel()
