"""Functions that run when modules do, and how they are taken away again."""
from __future__ import annotations

import abc
import itertools
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing_extensions import Self

    from tenet.nn.module import Module


class Hooks(OrderedDict[int, "Callable[..., Any]"]):
    """Functions in the order in which they were registered."""

    some = False  # whether there ever was a hook of any kind: most programs have none, and need not look

    def __setitem__(self, key: int, hook: Callable[..., Any]) -> None:
        Hooks.some = True
        super().__setitem__(key, hook)

    def add(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        handle = RemovableHandle(self)
        self[handle.id] = hook
        if prepend:
            self.move_to_end(handle.id, last=False)
        return handle

    def with_those_of(self, module: Hooks) -> list[tuple[int, Callable[..., Any]]]:
        """The hooks of all modules and then those of one, as they are now: a hook may add or remove hooks."""
        return [*self.items(), *module.items()]


class RemovableHandle(metaclass=abc.ABCMeta):
    """Removes a hook: handle.remove(), or leaving a with statement. The hook stands in a dict under the handle's id;
    what extra_dict, one dict or a list of them, has under it goes too."""

    _ids = itertools.count()

    def __init__(self, hooks_dict: dict[int, Any], *, extra_dict: Any = None) -> None:
        self.id = next(self._ids)
        extra = [] if extra_dict is None else [extra_dict] if isinstance(extra_dict, dict) else list(extra_dict)
        self._dicts = [hooks_dict, *extra]

    def remove(self) -> None:
        for hooks in self._dicts:
            hooks.pop(self.id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


RemovableHandle.register(_C.RemovableHandle)  # what a tensor's hooks give

# Hooks of all modules.
forward = Hooks()
forward_pre = Hooks()
backward = Hooks()
backward_pre = Hooks()
module_registration = Hooks()
parameter_registration = Hooks()
buffer_registration = Hooks()


def register_module_forward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Module.register_forward_hook for every module: before its own."""
    return forward.add(hook)


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Module.register_forward_pre_hook for every module: before its own."""
    return forward_pre.add(hook)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Module.register_full_backward_hook for every module: before its own."""
    return backward.add(hook)


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Module.register_full_backward_pre_hook for every module: before its own."""
    return backward_pre.add(hook)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """hook(module, name, part) runs when any module gets a part; what it returns, unless None, is the part."""
    return module_registration.add(hook)


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """The same for parameters."""
    return parameter_registration.add(hook)


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """The same for buffers."""
    return buffer_registration.add(hook)


def registered(hooks: Hooks, module: Module, name: str, part: Any) -> Any:
    """The part, as the hooks want it."""
    for hook in list(hooks.values()):
        changed = hook(module, name, part)
        part = part if changed is None else changed
    return part


def _tensors_in(value: Any) -> list[Tensor]:
    """The tensors of a forward's result: itself, or those of a tuple or list of it."""
    if isinstance(value, Tensor):
        return [value]
    return [x for x in value if isinstance(x, Tensor)] if isinstance(value, (tuple, list)) else []


def _replace(value: Any, tensors: Iterator[Tensor]) -> Any:
    """The same structure with these tensors, in order."""
    if isinstance(value, Tensor):
        return next(tensors)
    if isinstance(value, (tuple, list)):
        changed = [next(tensors) if isinstance(x, Tensor) else x for x in value]
        return type(value)(*changed) if hasattr(value, "_fields") else type(value)(changed)
    return value


def _passing(tensors: Sequence[Tensor], passed: Callable[..., Any]) -> Any:
    """The tensors themselves, recorded by one op whose gradients go through `passed`."""
    from tenet.autograd.function import Function

    class BackwardHook(Function):
        @staticmethod
        def forward(ctx: Any, *tensors: Tensor) -> Any:
            return tuple(x.view_as(x) for x in tensors)

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            return passed(gradients)

    return BackwardHook.apply(*tensors)


def _changed(gradients: Sequence[Any], returned: Any, what: str) -> Sequence[Any]:
    """The gradients after a hook that returned this."""
    if returned is None:
        return gradients
    changed: Sequence[Any] = returned if isinstance(returned, tuple) else (returned,)
    if len(changed) != len(gradients):
        raise _C.GradientError(f"backward hook: returned an invalid number of {what}, got {len(changed)}, but expected "
                               f"{len(gradients)}.")
    return changed


class BackwardHooks:
    """Watches the gradients of one call of a module, which is put between two ops that pass everything through."""

    def __init__(self, module: Module, args: tuple[Any, ...]) -> None:
        self.module = module
        self.grad_output: Sequence[Any] | None = None
        self.tensor_places = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
        self.arg_count = len(args)
        self.args = list(args)
        tensors = [args[i] for i in self.tensor_places]
        self.has_gradient = any(x.requires_grad for x in tensors)
        if self.has_gradient:
            for i, x in zip(self.tensor_places, _passing(tensors, self.inputs_known)):
                self.args[i] = x

    def watch(self, output: Any) -> Any:
        tensors = _tensors_in(output)
        if not any(x.requires_grad for x in tensors):
            return output
        return _replace(output, iter(_passing(tensors, self.outputs_known)))

    def outputs_known(self, gradients: Sequence[Any]) -> Any:
        for _, hook in backward_pre.with_those_of(self.module._backward_pre_hooks):
            gradients = _changed(gradients, hook(self.module, gradients), "grad_output")
        self.grad_output = gradients
        if not self.has_gradient:
            self.run([None] * self.arg_count)
        return gradients

    def inputs_known(self, gradients: Sequence[Any]) -> Any:
        """Hooks see a gradient, or None, for each argument."""
        all_: Any = [None] * self.arg_count
        for i, gradient in zip(self.tensor_places, gradients):
            all_[i] = gradient
        all_ = self.run(all_)
        return tuple(all_[i] for i in self.tensor_places)

    def run(self, gradients: Sequence[Any]) -> Any:
        gradients = tuple(gradients)
        for _, hook in backward.with_those_of(self.module._backward_hooks):
            gradients = _changed(gradients, hook(self.module, gradients, self.grad_output), "grad_input")
        return gradients
