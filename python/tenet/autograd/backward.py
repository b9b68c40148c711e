"""grad and backward, of several outputs at once."""
from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
         create_graph: bool = False, only_inputs: bool = True, allow_unused: bool | None = None,
         is_grads_batched: bool = False, materialize_grads: bool = False) -> tuple[Tensor, ...]:
    """The gradients of the outputs, each times its grad_output (1 for a scalar), added up, in the inputs.

    Nothing is written to any x.grad. With create_graph the gradients have a history and can be differentiated again.
    With is_grads_batched each grad_output has a first dimension more, and so have the gradients.
    Raises GradientError for an input that the outputs do not depend on; with allow_unused it is None instead, with
    materialize_grads zeros. only_inputs is PyTorch's and has no effect.
    """
    outputs, inputs = _listed(outputs, "outputs"), _listed(inputs, "inputs")
    if not inputs:
        raise _C.ValueError("grad: `inputs` argument to `grad()` cannot be empty. Give at least one.")
    if materialize_grads and allow_unused is False:
        raise _C.ValueError("grad: Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
                            "allow_unused=False.")
    given, unused = _given(grad_outputs, len(outputs)), bool(allow_unused) or materialize_grads
    gradients: Any
    if is_grads_batched:
        gradients = _batched(outputs, inputs, given, bool(create_graph if retain_graph is None else retain_graph),
                             create_graph, unused)
    else:
        gradients = _C.grad(outputs, inputs, given, retain_graph, create_graph, unused)
    if materialize_grads:
        gradients = [_C.zeros_like(x) if g is None else g for x, g in zip(inputs, gradients)]
    return tuple(gradients)


def _batched(outputs: list[Tensor], inputs: list[Tensor], given: list[Any], retain_graph: bool, create_graph: bool,
             unused: bool) -> list[Tensor | None]:
    """The gradients for each row of the given ones, stacked."""
    count = {len(dy) for dy in given if dy is not None}
    if len(count) != 1:
        raise _C.ShapeError(f"grad: with is_grads_batched the grad_outputs need one first extent, but have {sorted(count)}.")
    rows = [_C.grad(outputs, inputs, [None if dy is None else dy[i] for dy in given], True, create_graph, unused)
            for i in range(*count)]
    if not retain_graph:
        _C.grad(outputs, inputs, [None if dy is None else dy[0] for dy in given], False, False, unused)
    return [None if column[0] is None else _C.stack(list(column)) for column in zip(*rows)]


def backward(tensors: Tensors, grad_tensors: Grads | None = None, retain_graph: bool | None = None,
             create_graph: bool = False, grad_variables: None = None, inputs: Tensors | None = None) -> None:
    """Adds the gradients of the tensors, each times its grad_tensor (1 for a scalar), to the grad of every leaf; or, if
    there are `inputs`, to theirs alone. grad_variables is PyTorch's and has no meaning."""
    tensors = _listed(tensors, "tensors")
    given = _given(grad_tensors, len(tensors))
    if inputs is not None and not create_graph:
        _accumulate(_listed(inputs, "inputs"), tensors, given, retain_graph)
        return
    if len(tensors) == 1:
        tensors[0].backward(given[0], retain_graph=retain_graph, create_graph=create_graph)
        return
    parts = [x.sum() if dx is None and x.numel() == 1 else (x * dx).sum() for x, dx in zip(tensors, given)]
    total = sum(parts[1:], parts[0])
    total.backward(retain_graph=retain_graph, create_graph=create_graph)


def _accumulate(inputs: list[Tensor], tensors: list[Tensor], given: list[Any], retain_graph: bool | None) -> None:
    """Adds the gradients to the grad of these inputs."""
    if not inputs:
        raise _C.ValueError("backward: `inputs` argument to `backward()` cannot be empty. Leave it out, or give at least "
                            "one.")
    with _Accumulation():
        for x, dx in zip(inputs, _C.grad(tensors, inputs, given, retain_graph, False, True)):
            if dx is None:
                continue
            if x.grad is None:
                x.grad = dx.clone()
            else:
                x.grad.add_(dx)


class _Accumulation:
    """A pass that adds to the grad of leaves, after which the hooks for that run: of those leaves that a gradient came
    to. Gradients become visible all at once, so that is the time for all of them."""

    has_hooks = False  # of any leaf, ever: most programs have none
    _of_thread = threading.local()

    def __enter__(self) -> None:
        self._outer = getattr(self._of_thread, "arrived", None)
        self._of_thread.arrived = self._arrived = list[Callable[[], object]]()

    def __exit__(self, kind: object, *error: object) -> None:
        self._of_thread.arrived = self._outer
        for run in self._arrived if kind is None else ():
            run()

    @classmethod
    def arrived(cls, run: Callable[[], object]) -> None:
        """A gradient has come to a leaf. Passes of grad() add to nothing, and nothing runs after them."""
        waiting = getattr(cls._of_thread, "arrived", None)
        if waiting is not None:
            waiting.append(run)


def _register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], object]) -> Any:
    """hook(x) runs when backward() has added to x.grad. For leaves. Returns a handle with remove()."""
    if not self.is_leaf:
        raise _C.GradientError("register_post_accumulate_grad_hook: post accumulate grad hooks cannot be registered on non-leaf "
                               "tensors. Use register_hook, or retain_grad.")
    _Accumulation.has_hooks = True
    this = weakref.ref(self)  # a hook that held its tensor would keep it alive

    def run() -> None:
        leaf = this()
        if leaf is not None:
            hook(leaf)

    return self.register_hook(lambda gradient: _Accumulation.arrived(run))


setattr(Tensor, "register_post_accumulate_grad_hook", _register_post_accumulate_grad_hook)


_backward_of_all_leaves = Tensor.backward


def _backward(self: Tensor, gradient: Tensor | None = None, retain_graph: bool | None = None, create_graph: bool = False,
              inputs: Tensors | None = None) -> None:
    """Adds d(this)/d(leaf) to the grad of every leaf it was computed from; or, if there are `inputs`, to theirs alone.
    This must be a scalar, or `gradient`, the gradient arriving at it, be given. Raises GradientError naming the shape
    otherwise."""
    if inputs is None and not _Accumulation.has_hooks or create_graph:
        _backward_of_all_leaves(self, gradient, retain_graph, create_graph)
    elif inputs is None:
        with _Accumulation():
            _backward_of_all_leaves(self, gradient, retain_graph, create_graph)
    else:
        backward(self, gradient, retain_graph, inputs=inputs)


setattr(Tensor, "backward", _backward)
