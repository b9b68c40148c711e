"""Gradient checks."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenet._C import GradcheckReport
    from tenet._types import Inputs


class GradcheckError(_C.GradientError):
    """A gradient does not agree with the function's values."""


def _split(inputs: Inputs) -> list[int]:
    """The places of the tensors to check: those that require grad, all floating ones if none does."""
    floating = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.is_floating_point()]
    required = [i for i in floating if inputs[i].requires_grad]
    return required or floating


def _listed(inputs: Inputs) -> list[Tensor]:
    return [inputs] if isinstance(inputs, Tensor) else list(inputs)


def gradcheck(func: Callable[..., Any], inputs: Inputs, eps: float | None = None, atol: float | None = None,
              rtol: float | None = None, raise_exception: bool = True, nondet_tol: float = 0.0,
              check_undefined_grad: bool = True, check_grad_dtypes: bool = False, check_batched_grad: bool = False,
              check_batched_forward_grad: bool = False, check_forward_ad: bool = False, check_backward_ad: bool = True,
              fast_mode: bool = False, masked: bool | None = None, *, order: int = 1, full: bool | None = None,
              directions: int = 16, seed: int = 0, names: Sequence[str] | None = ()) -> GradcheckReport:
    """Compares the gradients of func(*inputs) with differences of its values; returns a report that is true if they
    agree. Raises GradcheckError with the report's text otherwise, unless raise_exception is False.

    Inputs that require grad are checked, or all floating tensors if none does; anything else is passed through. float64
    and float32 inputs are both fine: the report knows how exact its differences are. With order=n the gradients of the
    gradients are checked too, n times. eps is the largest step tried; full=False checks along `directions` random
    directions, as fast_mode does. The names are those of the inputs in the report. nondet_tol, masked and what begins with
    check_ are PyTorch's and have no effect.
    """
    inputs = _listed(inputs)
    checked = _split(inputs)
    if not checked:
        raise _C.ValueError("gradcheck: no input is a floating tensor. Give at least one.")

    def of_checked(*tensors: Tensor) -> Any:
        args = list(inputs)
        for i, x in zip(checked, tensors):
            args[i] = x
        return func(*args)

    report = _C.gradcheck(of_checked, [inputs[i].detach() for i in checked], order=order, rtol=rtol, atol=atol, step=eps,
                          full=False if fast_mode else full, directions=directions, seed=seed,
                          names=[names[i] for i in checked] if names else [])
    if raise_exception and not report:
        raise GradcheckError(str(report))
    return report


def gradgradcheck(func: Callable[..., Any], inputs: Inputs, grad_outputs: Any = None, eps: float | None = None,
                  atol: float | None = None, rtol: float | None = None, gen_non_contig_grad_outputs: bool = False,
                  raise_exception: bool = True, nondet_tol: float = 0.0, check_undefined_grad: bool = True,
                  check_grad_dtypes: bool = False, check_batched_grad: bool = False, check_fwd_over_rev: bool = False,
                  check_rev_over_rev: bool = True, fast_mode: bool = False, masked: bool = False) -> GradcheckReport:
    """gradcheck(func, inputs, order=2): the gradients, and the gradients of the gradients."""
    return gradcheck(func, inputs, eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception, fast_mode=fast_mode,
                     order=2)
