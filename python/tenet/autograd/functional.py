"""Derivatives of functions: jacobian, hessian, and their products with vectors."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor
from tenet.autograd.backward import grad

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tenet._types import Tensors


def _as_tuple(value: Any, what: str) -> tuple[Tensor, ...]:
    if isinstance(value, Tensor):
        return (value,)
    if isinstance(value, (tuple, list)) and all(isinstance(x, Tensor) for x in value):
        return tuple(value)
    raise TypeError(f"{what} must be a Tensor or a tuple of them, but is a {type(value).__name__}.")


def _fresh(inputs: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    """Tensors to differentiate in: with create_graph they stay connected to those given."""
    return tuple(x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_() for x in inputs)


class _Evaluation:
    """A function called once on inputs that require grad."""

    def __init__(self, name: str, func: Callable[..., Any], inputs: Tensors, create_graph: bool, strict: bool) -> None:
        self.name, self.create_graph, self.strict = name, create_graph, strict
        self.one_input = isinstance(inputs, Tensor)
        given = _as_tuple(inputs, f"{name}: the inputs")
        with _grad_enabled():
            self.inputs = _fresh(given, create_graph)
            returned = func(*self.inputs)
        self.one_output = isinstance(returned, Tensor)
        self.outputs = _as_tuple(returned, f"{name}: what the function returned")
        for i, y in enumerate(self.outputs):
            if strict and not y.requires_grad:
                raise _C.GradientError(f"{name}: Output {i} of the user-provided function does not require gradients. With "
                                       "strict every output must depend on the inputs.")

    def vectors(self, v: Tensors | None, like: Sequence[Tensor], what: str) -> tuple[Tensor, ...]:
        if v is None:
            if len(like) != 1 or like[0].numel() != 1:
                raise _C.ValueError(f"{self.name}: v may be left out only where there is a single {what} with one element.")
            return (_C.ones_like(like[0]),)
        v = _as_tuple(v, f"{self.name}: v")
        if [x.shape for x in v] != [x.shape for x in like]:
            raise _C.ShapeError(f"{self.name}: v has shapes {[tuple(x.shape) for x in v]}, but the {what}s have "
                                f"{[tuple(x.shape) for x in like]}. Give a vector for each {what}, of its shape.")
        return v

    def gradients(self, output: Tensor, dy: Tensor | None, create_graph: bool) -> tuple[Any, ...]:
        """Of one output in each input, zeros where it does not depend on it."""
        if not output.requires_grad:
            return tuple(_C.zeros_like(x) for x in self.inputs)
        with _grad_enabled():
            gradients: Any = grad(output, self.inputs, dy, retain_graph=True, create_graph=create_graph, allow_unused=True)
        return tuple(self.needed(x, dx, i) for i, (x, dx) in enumerate(zip(self.inputs, gradients)))

    def needed(self, x: Tensor, dx: Tensor | None, i: int) -> Tensor:
        """A gradient; zeros, unless strict, where nothing depends on the input."""
        if dx is not None:
            return dx
        if self.strict:
            raise _C.GradientError(f"{self.name}: an output is independent of input {i}. With strict every output must depend "
                                   "on every input.")
        return _C.zeros_like(x)

    def finished(self, tensors: Sequence[Any], one: bool) -> Any:
        tensors = tuple(x if self.create_graph else x.detach() for x in tensors)
        return tensors[0] if one else tensors


def _grad_enabled() -> Any:
    from tenet.autograd.grad_mode import enable_grad
    return enable_grad()


def _dot(a: Sequence[Any], b: Sequence[Any]) -> Tensor:
    parts: list[Tensor] = [(x * y).sum() for x, y in zip(a, b)]
    return sum(parts[1:], parts[0])


def _unit_vectors(y: Tensor) -> Iterator[Tensor]:
    for i in range(y.numel()):
        unit = _C.zeros(y.numel(), dtype=y.dtype)
        unit[i] = 1
        yield unit.view(y.shape)


def jacobian(func: Callable[..., Any], inputs: Tensors, create_graph: bool = False, strict: bool = False,
             vectorize: bool = False, strategy: str = "reverse-mode") -> Any:
    """d func(inputs) / d inputs: of shape [*output.shape, *input.shape]. A tuple of inputs, or of outputs, gives a tuple
    along each: J[output][input]. Cost: one backward pass for each element of the outputs. vectorize and strategy are
    PyTorch's and have no effect. With strict an output that does not depend on an input is an error, not a row of zeros."""
    if strategy not in ("reverse-mode", "forward-mode"):
        raise AssertionError(f"jacobian: strategy=\"{strategy}\" is not there. Use \"reverse-mode\" or \"forward-mode\".")
    run = _Evaluation("jacobian", func, inputs, create_graph, strict)
    rows = []
    for y in run.outputs:
        parts = [run.gradients(y, unit, create_graph) for unit in _unit_vectors(y)]
        row = [_C.stack([part[i] for part in parts]).view(*y.shape, *x.shape) if parts
               else _C.zeros(*y.shape, *x.shape, dtype=x.dtype) for i, x in enumerate(run.inputs)]
        rows.append(run.finished(row, run.one_input))
    return rows[0] if run.one_output else tuple(rows)


def hessian(func: Callable[..., Any], inputs: Tensors, create_graph: bool = False, strict: bool = False,
            vectorize: bool = False, outer_jacobian_strategy: str = "reverse-mode") -> Any:
    """The second derivatives of a function with one number as output: [*input.shape, *input.shape], H[i][j] for a tuple
    of inputs."""
    one_input = isinstance(inputs, Tensor)

    def gradient(*x: Tensor) -> Any:
        y = func(*x)
        if not isinstance(y, Tensor) or y.numel() != 1:
            raise _C.ShapeError("hessian: the function must return a tensor with one element.")
        return grad(y, x, create_graph=True, materialize_grads=True) if y.requires_grad else tuple(_C.zeros_like(z) for z in x)

    whole = jacobian(gradient, inputs, create_graph=create_graph, strict=strict)
    return whole[0] if one_input else whole


def vjp(func: Callable[..., Any], inputs: Tensors, v: Tensors | None = None, create_graph: bool = False,
        strict: bool = False) -> tuple[Any, Any]:
    """(func(inputs), v^T J): one backward pass."""
    run = _Evaluation("vjp", func, inputs, create_graph, strict)
    v = run.vectors(v, run.outputs, "output")
    with _grad_enabled():
        products = grad([y for y in run.outputs if y.requires_grad],
                        run.inputs, [dy for y, dy in zip(run.outputs, v) if y.requires_grad], create_graph=create_graph,
                        materialize_grads=True) if any(y.requires_grad for y in run.outputs) \
            else tuple(_C.zeros_like(x) for x in run.inputs)
    return run.finished(run.outputs, run.one_output), run.finished(products, run.one_input)


def jvp(func: Callable[..., Any], inputs: Tensors, v: Tensors | None = None, create_graph: bool = False,
        strict: bool = False) -> tuple[Any, Any]:
    """(func(inputs), J v), as the gradient of the gradient v^T J in v: J v = d (u^T J v) / du."""
    run = _Evaluation("jvp", func, inputs, create_graph, strict)
    v = run.vectors(v, run.inputs, "input")
    products = []
    for y in run.outputs:
        u = _C.zeros_like(y).requires_grad_()
        with _grad_enabled():
            along = run.gradients(y, u, True)
            total = _dot(along, v)
            products.append(grad(total, u, create_graph=create_graph, materialize_grads=True)[0]
                            if total.requires_grad else _C.zeros_like(y))
    return run.finished(run.outputs, run.one_output), run.finished(products, run.one_output)


def hvp(func: Callable[..., Any], inputs: Tensors, v: Tensors | None = None, create_graph: bool = False,
        strict: bool = False) -> tuple[Any, Any]:
    """(func(inputs), H v) of a function with one number as output."""
    run = _Evaluation("hvp", func, inputs, create_graph, strict)
    v = run.vectors(v, run.inputs, "input")
    (y,) = run.outputs
    with _grad_enabled():
        total = _dot(run.gradients(y, None, True), v)
        if strict and not total.requires_grad:
            raise _C.GradientError("hvp: the jacobian of the function is independent of its inputs. With strict it must depend "
                                   "on them.")
        products = grad(total, run.inputs, create_graph=create_graph, materialize_grads=True) if total.requires_grad \
            else tuple(_C.zeros_like(x) for x in run.inputs)
    return run.finished(run.outputs, run.one_output), run.finished(products, run.one_input)


vhp = hvp  # H is symmetric
