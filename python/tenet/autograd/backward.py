"""grad and backward, of several outputs at once."""
from __future__ import annotations

from typing import TYPE_CHECKING

from tenet import _C
from tenet._C import Tensor

if TYPE_CHECKING:
    from tenet._types import Grads, Tensors


def _listed(tensors: Tensors, what: str) -> list[Tensor]:
    if isinstance(tensors, Tensor):
        return [tensors]
    tensors = list(tensors)
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"grad: {what} must be tensors, but one is a {type(tensor).__name__}.")
    return tensors


def _given(gradients: Grads, count: int) -> list[Tensor | None]:
    """One gradient or None for each output."""
    if gradients is None:
        return [None] * count
    return [gradients] if isinstance(gradients, Tensor) else list(gradients)


def grad(outputs: Tensors, inputs: Tensors, grad_outputs: Grads | None = None, retain_graph: bool | None = None,
         create_graph: bool = False, allow_unused: bool | None = None, is_grads_batched: bool = False,
         materialize_grads: bool = False) -> tuple[Tensor, ...]:
    """The gradients of the outputs, each times its grad_output (1 for a scalar), added up, in the inputs.

    Nothing is written to any x.grad. With create_graph the gradients have a history and can be differentiated again.
    Raises GradientError for an input that the outputs do not depend on; with allow_unused it is None instead, with
    materialize_grads zeros.
    """
    if is_grads_batched:
        raise _C.ValueError("grad: is_grads_batched=True is not there. Call grad once for each vector.")
    outputs, inputs = _listed(outputs, "outputs"), _listed(inputs, "inputs")
    gradients = _C.grad(outputs, inputs, _given(grad_outputs, len(outputs)), retain_graph, create_graph,
                        bool(allow_unused) or materialize_grads)
    if materialize_grads:
        gradients = [_C.zeros_like(x) if g is None else g for x, g in zip(inputs, gradients)]
    return tuple(gradients)


def backward(tensors: Tensors, grad_tensors: Grads | None = None, retain_graph: bool | None = None,
             create_graph: bool = False) -> None:
    """Adds the gradients of the tensors, each times its grad_tensor (1 for a scalar), to the grad of every leaf."""
    tensors = _listed(tensors, "tensors")
    given = _given(grad_tensors, len(tensors))
    if len(tensors) == 1:
        tensors[0].backward(given[0], retain_graph=retain_graph, create_graph=create_graph)
        return
    parts = [x.sum() if dx is None and x.numel() == 1 else (x * dx).sum() for x, dx in zip(tensors, given)]
    total = sum(parts[1:], parts[0])
    total.backward(retain_graph=retain_graph, create_graph=create_graph)
