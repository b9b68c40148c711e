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


def _norm(x: Tensor, p: float) -> Tensor:
    if p == float("inf"):
        return x.abs().amax()
    if p == -float("inf"):
        return -(-x.abs()).amax()
    norm: Tensor = (x != 0).to(x.dtype).sum() if p == 0 else x.abs().pow(p).sum().pow(1 / p)
    return norm


@no_grad()
def get_total_norm(tensors: Parameters, norm_type: float = 2.0, error_if_nonfinite: bool = False,
                   foreach: bool | None = None) -> Tensor:
    """The norm of the norms of all tensors: of all their elements, but for norm_type 0, where it counts the tensors that
    are not zero. foreach is PyTorch's and has no effect."""
    tensors, norm_type = _listed(tensors), float(norm_type)
    if not tensors:
        return _C.tensor(0.0)
    norm = _norm(_C.stack([_norm(x, norm_type) for x in tensors]), norm_type)
    if error_if_nonfinite and not -float("inf") < norm.item() < float("inf"):
        raise _C.ValueError(f"get_total_norm: the norm of order {norm_type} is non-finite, {norm.item()}, so nothing can be "
                            "clipped to it.")
    return norm


@no_grad()
def clip_grads_with_norm_(parameters: Parameters, max_norm: float, total_norm: Tensor,
                          foreach: bool | None = None) -> None:
    """Scales the gradients, all together, by max_norm / total_norm if that is less than 1."""
    scale = (max_norm / (total_norm + 1e-6)).clamp(max=1.0)
    for parameter in _listed(parameters):
        if parameter.grad is not None:
            parameter.grad.mul_(scale.to(parameter.grad.dtype))


@no_grad()
def clip_grad_norm_(parameters: Parameters, max_norm: float, norm_type: float = 2.0,
                    error_if_nonfinite: bool = False, foreach: bool | None = None) -> Tensor:
    """Scales the gradients, all together, so that their norm is at most max_norm; returns the norm they had."""
    parameters = _listed(parameters)
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = get_total_norm(gradients, norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, norm)
    return norm


clip_grad_norm = clip_grad_norm_  # PyTorch's older name


@no_grad()
def clip_grad_value_(parameters: Parameters, clip_value: float, foreach: bool | None = None) -> None:
    """Limits every element of the gradients to [-clip_value, clip_value]."""
    for parameter in _listed(parameters):
        if parameter.grad is not None:
            parameter.grad.clamp_(-clip_value, clip_value)


def parameters_to_vector(parameters: Parameters) -> Tensor:
    """All parameters as one vector, recorded."""
    return _C.cat([p.reshape(-1) for p in _listed(parameters)])


def vector_to_parameters(vec: Tensor, parameters: Parameters) -> None:
    """Writes the elements of the vector into the parameters."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"vector_to_parameters: takes a Tensor, not a {type(vec).__name__}.")
    begin = 0
    for parameter in _listed(parameters):
        with no_grad():
            parameter.copy_(vec[begin:begin + parameter.numel()].view(parameter.shape))
        begin += parameter.numel()
