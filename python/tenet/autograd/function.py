"""Ops defined in Python.

    class Cube(tenet.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x ** 3

        @staticmethod
        def backward(ctx, dy):
            (x,) = ctx.saved_tensors
            return 3 * dy * x ** 2

    y = Cube.apply(x)
"""
from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor
from tenet.autograd.grad_mode import no_grad

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class FunctionCtx:
    """What forward leaves for backward: saved tensors, and any attributes."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self._to_save: tuple[Any, ...] = ()
        self._saved: tuple[Any, ...] | None = None
        self._not_differentiable: tuple[Tensor, ...] = ()
        self._dirty: tuple[Tensor, ...] = ()

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors (or None) for backward, which finds them in saved_tensors."""
        for tensor in tensors:
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(f"save_for_backward: takes tensors and None, but got a {type(tensor).__name__}. Make it "
                                "an attribute of ctx.")
        self._to_save = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What save_for_backward was given, as a tuple. Raises GradientError if one was written since."""
        return self._to_save if self._saved is None else self._saved

    def mark_non_differentiable(self, *outputs: Tensor) -> None:
        """Outputs that have no gradient."""
        self._not_differentiable = outputs

    def mark_dirty(self, *inputs: Tensor) -> None:
        """Inputs that forward changed in place: they are outputs too."""
        self._dirty = inputs

    def set_materialize_grads(self, value: bool) -> None:
        """Without effect: gradients of outputs that are not used are zeros."""


class Function:
    """The base of an op: derive from it, write forward and backward as static methods, call `apply`.

    forward(ctx, *args) is not recorded itself. It returns a tensor or a tuple of them. backward(ctx, *dys) gets a
    gradient for each output, and returns one for each argument of forward, None where there is none. Written with
    tenet's ops, it can itself be differentiated. As in PyTorch, forward may leave ctx out if setup_context(ctx, inputs,
    output) is there.
    """

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("Function: define the static method forward(ctx, *args).")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        raise NotImplementedError("Function: define the static method setup_context(ctx, inputs, output).")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise NotImplementedError("Function: define the static method backward(ctx, *grad_outputs).")

    @staticmethod
    def vjp(ctx: Any, *grad_outputs: Any) -> Any:
        """PyTorch's other name for backward."""
        raise NotImplementedError("Function: define the static method backward(ctx, *grad_outputs).")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise _C.Error(f"{type(self).__name__}: forward and backward are static methods, and the op is called by "
                       f"{type(self).__name__}.apply(...).")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Runs forward and records it."""
        ctx = FunctionCtx(tuple(isinstance(x, Tensor) and x.requires_grad for x in args))
        with no_grad():
            if cls.setup_context is Function.setup_context:
                outputs = cls.forward(ctx, *args)
            else:
                outputs = cls.forward(*args)
                cls.setup_context(ctx, args, outputs)
        return _recorded(cls, ctx, args, outputs)


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """For a backward that is not written with differentiable ops: its gradients have no history."""
    @functools.wraps(backward)
    def unrecorded(ctx: Any, *grad_outputs: Any) -> Any:
        with no_grad():
            return backward(ctx, *grad_outputs)

    return unrecorded


def _is_any(tensor: Tensor, tensors: Iterable[Any]) -> bool:
    return any(tensor is other for other in tensors)


def _recorded(cls: type[Function], ctx: FunctionCtx, args: Any, returned: Any) -> Any:
    """The outputs, recorded. The tape knows one output a record: several are recorded as one long vector, of which
    they are views."""
    single = not isinstance(returned, (tuple, list))
    outputs = (returned,) if single else tuple(returned)
    for output in outputs:
        if single and not isinstance(output, Tensor):
            raise TypeError(f"{cls.__name__}: forward returned a {type(output).__name__}. Return a Tensor or a tuple of them.")
    places = [i for i, y in enumerate(outputs)
              if isinstance(y, Tensor) and y.is_floating_point() and not _is_any(y, ctx._not_differentiable)]
    if not places:
        return returned
    pack = _Pack([outputs[i] for i in places])
    saved, take = _kept(ctx._to_save, pack)
    ctx._to_save = ()
    others = {i: (y.shape, y.dtype) for i, y in enumerate(outputs) if isinstance(y, Tensor) and i not in places}
    dtypes = [x.dtype if isinstance(x, Tensor) else None for x in args]
    rule = cls.vjp if cls.backward is Function.backward else cls.backward
    count, dirty = len(outputs), ctx._dirty
    ctx._dirty = ctx._not_differentiable = ()

    def backward(dy: Tensor, values: Any) -> Any:  # holds no output: the record that keeps it is kept by them
        dys = [_C.zeros(others[i][0], dtype=others[i][1]) if i in others else None for i in range(count)]
        for i, part in zip(places, pack.parts_of(dy)):
            dys[i] = part
        ctx._saved = take(values)
        try:
            return _gradients(cls, dtypes, rule(ctx, *dys))
        finally:
            ctx._saved = None

    packed = _C.record(cls.__name__, pack.whole, [x for x in args if isinstance(x, Tensor)], saved, backward)
    pack.forget()
    recorded = list(outputs)
    for i, part in zip(places, pack.parts_of(packed)):
        recorded[i] = _C.adopt(outputs[i], part) if _is_any(outputs[i], dirty) else part
    return recorded[0] if single else recorded if isinstance(returned, list) else tuple(recorded)


class _Pack:
    """Several tensors as one: the one itself if it is alone."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self.tensors = tensors
        self.shapes = [x.shape for x in tensors]
        self.dtypes = [x.dtype for x in tensors]
        if len(tensors) == 1:
            self.whole = tensors[0]
        else:
            dtype = _C.float64 if _C.float64 in self.dtypes else _C.float32
            self.whole = _C.cat([x.detach().reshape(-1).to(dtype) for x in tensors])

    def part(self, whole: Tensor, i: int) -> Tensor:
        if len(self.shapes) == 1:
            return whole
        begin = sum(shape.numel() for shape in self.shapes[:i])
        return whole.narrow(0, begin, self.shapes[i].numel()).view(self.shapes[i]).to(self.dtypes[i])

    def forget(self) -> None:
        """Lets go of the tensors: a record must not keep its own output alive."""
        self.tensors, self.whole = (), _C.empty(0)

    def parts_of(self, whole: Tensor) -> list[Tensor]:
        return [self.part(whole, i) for i in range(len(self.shapes))]


def _kept(to_save: Sequence[Tensor | None], pack: _Pack) -> Any:
    """The tensors that the record keeps, and how what was saved is got from them again. An output is kept as part of
    the recorded whole: only that has a history."""
    kept: list[Tensor] = []
    recipe: list[tuple[int, int | None] | None] = []
    for tensor in to_save:
        place = next((i for i, y in enumerate(pack.tensors) if y is tensor), None)
        recipe.append((len(kept), place))
        if tensor is not None:
            kept.append(tensor if place is None else pack.whole)
        else:
            recipe[-1] = None

    def take(values: Any) -> tuple[Tensor | None, ...]:
        return tuple(None if step is None else values[step[0]] if step[1] is None else pack.part(values[step[0]], step[1])
                     for step in recipe)

    return kept, take


def _gradients(cls: type[Function], dtypes: Sequence[Any], returned: Any) -> list[Any]:
    """What backward returned, one for each tensor, each in the type of its tensor."""
    gradients = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    while len(gradients) > len(dtypes) and gradients[-1] is None:
        gradients.pop()
    if len(gradients) != len(dtypes):
        raise _C.GradientError(f"{cls.__name__}: backward returned {len(gradients)} gradients, but forward takes "
                               f"{len(dtypes)} arguments. Return one for each, None where there is none.")
    for i, gradient in enumerate(gradients):
        if gradient is not None and dtypes[i] is None:
            raise _C.GradientError(f"{cls.__name__}: backward returned a gradient for argument {i}, which is no tensor. "
                                   "Return None there.")
    return [g.to(dtype) if isinstance(g, Tensor) and g.is_floating_point() and g.dtype != dtype else g
            for g, dtype in zip(gradients, dtypes) if dtype is not None]
