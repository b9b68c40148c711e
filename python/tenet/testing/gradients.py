"""Gradient and adjoint checks as assertions."""
from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet.autograd.gradcheck import gradcheck
from tenet.nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenet._C import Tensor


def assert_gradients(f: Callable[..., Any], *inputs: Any, order: int = 1, rtol: float | None = None,
                     atol: float | None = None, full: bool | None = None, directions: int = 16, seed: int = 0,
                     names: Sequence[str] | None = None) -> None:
    """The gradients of f at the inputs agree with differences of its values; with order=n the gradients of the
    gradients too, n times.

    f is a function of the inputs, or a module: then its parameters are checked too, under their own names, on a copy in
    float64, so that the module stays as it is. Every floating input is checked; anything else is passed through.
    `names` are those of the inputs in the report, the other options those of tenet.gradcheck. Raises AssertionError
    with the report, and ValueError unless there is a name for each input and something to check.
    """
    names = _checked_names(names, inputs)
    if isinstance(f, Module):
        f, inputs, names = _with_parameters(f, inputs, names)
    given = [x.detach() if _is_floating(x) else x for x in inputs]  # none requires grad, so every one is checked
    report = gradcheck(f, given, order=order, rtol=rtol, atol=atol, full=full, directions=directions, seed=seed,
                       names=names, raise_exception=False)
    if not report:
        raise AssertionError(str(report))


def assert_adjoint(forward: Callable[[Tensor], Tensor], backward: Callable[[Tensor], Tensor], x: Tensor,
                   y: Tensor) -> None:
    """`backward` is the adjoint of the linear map `forward`: <forward(x), y> == <x, backward(y)>, exactly for integers.
    Raises AssertionError with the two numbers, ShapeError if forward(x) has not y's shape or backward(y) not x's."""
    report = _C.adjoint_check(forward, backward, x, y)
    if not report:
        raise AssertionError(str(report))


def _is_floating(x: Any) -> bool:
    return isinstance(x, _C.Tensor) and x.is_floating_point()


def _checked_names(names: Sequence[str] | None, inputs: Sequence[Any]) -> Any:
    names = [f"input {i}" for i in range(len(inputs))] if names is None else list(names)
    if len(names) != len(inputs):
        raise _C.ValueError(f"assert_gradients: names has {len(names)} entries, but there are {len(inputs)} inputs. "
                            "Give one for each.")
    return names


def _with_parameters(module: Module, inputs: Sequence[Tensor], names: Any) -> Any:
    """A module as a function of its inputs and parameters, with inputs and names to match."""
    module = copy.deepcopy(module).double()
    parameters = dict(module.named_parameters())
    places = {name: _places(module, parameter) for name, parameter in parameters.items()}

    def call(*tensors: Tensor) -> Any:
        for name, tensor in zip(parameters, tensors[len(inputs):]):
            for parts, attribute in places[name]:
                parts[attribute] = tensor
        return module(*tensors[:len(inputs)])

    given = [x.to(_C.float64) if _is_floating(x) else x for x in inputs]
    return call, [*given, *parameters.values()], [*names, *parameters]


def _places(module: Module, parameter: Tensor) -> Any:
    """Where a parameter is kept: in several modules if they share it."""
    return [(part._parameters, name) for part in module.modules() for name, other in part._parameters.items()
            if other is parameter]
