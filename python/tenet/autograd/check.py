"""Gradient checks."""
from tenet import _C
from tenet._C import Tensor, adjoint_check  # noqa: F401


class GradcheckError(_C.GradientError):
    """A gradient does not agree with the function's values."""


def _split(inputs):
    """The places of the tensors to check: those that require grad, all floating ones if none does."""
    floating = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.is_floating_point()]
    required = [i for i in floating if inputs[i].requires_grad]
    return required or floating


def _listed(inputs):
    return [inputs] if isinstance(inputs, Tensor) else list(inputs)


def gradcheck(func, inputs, eps=None, atol=None, rtol=None, raise_exception=True, nondet_tol=0.0,
              check_undefined_grad=True, check_batched_grad=False, fast_mode=False, *, order=1, full=None,
              directions=16, seed=0, names=()):
    """Compares the gradients of func(*inputs) with differences of its values; returns a report that is true if they
    agree. Raises GradcheckError with the report's text otherwise, unless raise_exception is False.

    Inputs that require grad are checked, or all floating tensors if none does; anything else is passed through. float64
    and float32 inputs are both fine: the report knows how exact its differences are. With order=n the gradients of the
    gradients are checked too, n times. eps is the largest step tried; full=False checks along `directions` random
    directions, as fast_mode does. The names are those of the inputs in the report. nondet_tol, check_undefined_grad and
    check_batched_grad are PyTorch's and have no effect.
    """
    inputs = _listed(inputs)
    checked = _split(inputs)
    if not checked:
        raise _C.ValueError("gradcheck: no input is a floating tensor. Give at least one.")

    def of_checked(*tensors):
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


def gradgradcheck(func, inputs, grad_outputs=None, eps=None, atol=None, rtol=None, gen_non_contig_grad_outputs=False,
                  raise_exception=True, nondet_tol=0.0, check_undefined_grad=True, check_grad_dtypes=False,
                  check_batched_grad=False, check_fwd_over_rev=False, check_rev_over_rev=True, fast_mode=False):
    """gradcheck(func, inputs, order=2): the gradients, and the gradients of the gradients."""
    return gradcheck(func, inputs, eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception, fast_mode=fast_mode,
                     order=2)
