"""The base of all modules."""
from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor
from tenet.autograd.grad_mode import no_grad
from tenet.cuda import card
from tenet.nn import hooks
from tenet.nn.hooks import Hooks, RemovableHandle
from tenet.nn.hooks import register_module_forward_hook as register_module_forward_hook
from tenet.nn.hooks import register_module_forward_pre_hook as register_module_forward_pre_hook
from tenet.nn.hooks import register_module_full_backward_hook as register_module_full_backward_hook
from tenet.nn.hooks import register_module_full_backward_pre_hook as register_module_full_backward_pre_hook
from tenet.nn.hooks import register_module_module_registration_hook as register_module_module_registration_hook
from tenet.nn.hooks import register_module_parameter_registration_hook as register_module_parameter_registration_hook
from tenet.nn.hooks import register_module_buffer_registration_hook as register_module_buffer_registration_hook
from tenet.nn.inside import Inside
from tenet.nn.parameter import Buffer, Parameter
from tenet.nn.state import Stateful

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing_extensions import Self

    from tenet._C import dtype
    from tenet._types import DeviceLike


_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks", "_state_dict_hooks",
          "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks")


class Module(Stateful, Inside):
    """The base of all modules: derive from it, make parts in __init__, say in forward what they compute.

    Parameters, buffers and modules assigned to attributes are found by parameters(), state_dict() and the rest, in the
    order of assignment and under their attribute's name.
    """

    training = True
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _forward_hooks: Hooks
    _forward_pre_hooks: Hooks
    _backward_hooks: Hooks
    _backward_pre_hooks: Hooks
    _hooks_with_kwargs: set[int]
    _hooks_always_called: set[int]

    def __init__(self) -> None:
        new = object.__setattr__
        new(self, "training", True)
        for room in ("_parameters", "_buffers", "_modules"):
            new(self, room, {})
        for names in ("_non_persistent_buffers_set", "_hooks_with_kwargs", "_hooks_always_called"):
            new(self, names, set())
        for kind in _HOOKS:
            new(self, kind, Hooks())

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: define forward(self, ...).")

    # --- Calls and hooks ------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not Hooks.some or not (self._forward_hooks or self._forward_pre_hooks or self._backward_hooks
                                  or self._backward_pre_hooks or hooks.forward or hooks.forward_pre or hooks.backward
                                  or hooks.backward_pre):
            return self.forward(*args, **kwargs)
        called: set[int] = set()
        try:
            return self._call_with_hooks(args, kwargs, called)
        except Exception:
            self._call_always(args, kwargs, called)
            raise

    def _call_with_hooks(self, args: Any, kwargs: Any, called: set[int]) -> Any:
        for key, hook in hooks.forward_pre.with_those_of(self._forward_pre_hooks):
            if key in self._hooks_with_kwargs:
                changed = hook(self, args, kwargs)
                if changed is not None:
                    if not (isinstance(changed, tuple) and len(changed) == 2):
                        raise _C.Error(f"{type(self).__name__}: forward pre-hook must return None or a tuple of (new_args, "
                                       f"new_kwargs), but got {changed}.")
                    args, kwargs = changed
            else:
                changed = hook(self, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        watched = self._backward_hooks or self._backward_pre_hooks or hooks.backward or hooks.backward_pre
        passed = hooks.BackwardHooks(self, args) if watched else None
        output = self.forward(*(passed.args if passed else args), **kwargs)
        for key, hook in hooks.forward.with_those_of(self._forward_hooks):
            called.add(key)
            changed = hook(self, args, kwargs, output) if key in self._hooks_with_kwargs else hook(self, args, output)
            if changed is not None:
                output = changed
        return passed.watch(output) if passed else output

    def _call_always(self, args: Any, kwargs: Any, called: set[int]) -> None:
        """The hooks that run even if something raised, which is about to be raised on."""
        for key, hook in list(self._forward_hooks.items()):
            if key in self._hooks_always_called and key not in called:
                try:
                    hook(self, args, kwargs, None) if key in self._hooks_with_kwargs else hook(self, args, None)
                except Exception as error:
                    warnings.warn(f"{type(self).__name__}: a forward hook with always_call raised {error!r}, which gives way "
                                  "to the error before it.")

    def register_forward_hook(self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False,
                              always_call: bool = False) -> RemovableHandle:
        """hook(module, args, output) runs after forward; what it returns, unless None, takes the output's place. With
        with_kwargs: hook(module, args, kwargs, output). With always_call it runs if forward raised too, output is None
        then."""
        handle = self._forward_hooks.add(hook, prepend)
        if with_kwargs:
            self._hooks_with_kwargs.add(handle.id)
        if always_call:
            self._hooks_always_called.add(handle.id)
        return handle

    def register_forward_pre_hook(self, hook: Callable[..., Any], *, prepend: bool = False,
                                  with_kwargs: bool = False) -> RemovableHandle:
        """hook(module, args) runs before forward; what it returns, unless None, takes the arguments' place. With
        with_kwargs: hook(module, args, kwargs), which returns both or None."""
        handle = self._forward_pre_hooks.add(hook, prepend)
        if with_kwargs:
            self._hooks_with_kwargs.add(handle.id)
        return handle

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """hook(module, grad_input, grad_output), both tuples, runs when the gradients of the inputs are known; a tuple
        that it returns takes the place of grad_input."""
        return self._backward_hooks.add(hook, prepend)

    register_backward_hook = register_full_backward_hook  # PyTorch's older one, whose rule for grad_input was not exact

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """hook(module, grad_output) runs before the module's backward; what it returns, unless None, takes the place of
        grad_output."""
        return self._backward_pre_hooks.add(hook, prepend)

    # --- Attributes -----------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        parts = self.__dict__
        try:
            return parts["_parameters"][name]  # first and without a search: every layer's forward asks for some
        except KeyError:
            pass
        for room in ("_buffers", "_modules"):
            if room in parts and name in parts[room]:
                return parts[room][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        parts = self._room_of(name, value)
        if parts is None:
            object.__setattr__(self, name, value)
            return
        for room in ("_parameters", "_buffers", "_modules"):
            if self.__dict__[room] is not parts:
                self.__dict__[room].pop(name, None)
        self.__dict__.pop(name, None)
        parts[name] = _registered(self, name, value)
        if isinstance(value, Buffer) and not value.persistent:
            self._non_persistent_buffers_set.add(name)

    def _room_of(self, name: str, value: Any) -> dict[str, Any] | None:
        """Where an attribute of this kind is kept; None for a plain one."""
        if isinstance(value, Parameter):
            room = "_parameters"
        elif isinstance(value, Module):
            room = "_modules"
        elif isinstance(value, Buffer):
            room = "_buffers"
        elif name in self.__dict__.get("_parameters", ()):
            if value is not None:
                raise TypeError(f"{type(self).__name__}.{name} is a parameter and cannot become a {type(value).__name__}. "
                                "Assign a tenet.nn.Parameter, or None; or delete it first.")
            room = "_parameters"
        elif name in self.__dict__.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(f"{type(self).__name__}.{name} is a buffer and cannot become a {type(value).__name__}. "
                                "Assign a Tensor, or None; or delete it first.")
            room = "_buffers"
        elif name in self.__dict__.get("_modules", ()):
            if value is not None:
                raise TypeError(f"{type(self).__name__}.{name} is a module and cannot become a {type(value).__name__}. "
                                "Assign a Module, or None; or delete it first.")
            room = "_modules"
        else:
            return None
        parts: dict[str, Any] | None = self.__dict__.get(room)
        if parts is None:
            raise AttributeError(f"{type(self).__name__}: call super().__init__() before assigning parts.")
        return parts

    def __delattr__(self, name: str) -> None:
        for room in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(room, ()):
                del self.__dict__[room][name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*super().__dir__(), *self._parameters, *self._buffers, *self._modules}
        return sorted(name for name in names if not name[0].isdigit())

    def _check_new(self, name: str, what: str, kinds: Any) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__}: call super().__init__() before registering a {what}.")
        if not isinstance(name, str):
            raise TypeError(f"the name of a {what} must be a string, not {name!r}")
        if "." in name or name == "":
            raise KeyError(f"{what} name can't be empty \"\" or contain \".\": {name!r}")
        if hasattr(self, name) and name not in self.__dict__[kinds]:
            raise KeyError(f"attribute '{name}' already exists")

    def register_parameter(self, name: str, param: Tensor | None) -> None:
        """Adds a Parameter, or None for one that is absent."""
        self._check_new(name, "parameter", "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"register_parameter: {name} is a {type(param).__name__}. Give a tenet.nn.Parameter, or None.")
        self._parameters[name] = _registered(self, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a tensor that is saved but not trained; not even saved unless persistent."""
        self._check_new(name, "buffer", "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"register_buffer: {name} is a {type(tensor).__name__}. Give a Tensor, or None.")
        self._buffers[name] = hooks.registered(hooks.buffer_registration, self, name, tensor)
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a module, or None for one that is absent."""
        self._check_new(name, "module", "_modules")
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"add_module: {name} is a {type(module).__name__}. Give a tenet.nn.Module, or None.")
        self._modules[name] = _registered(self, name, module)

    register_module = add_module

    # --- Changes to all parts -------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Training or, with False, evaluation, for this module and all inside it."""
        if not isinstance(mode, bool):
            raise _C.ValueError(f"train: training mode is expected to be boolean, not {mode!r}.")
        self.training = mode
        for module in self.children():
            module.train(mode)  # which a module may have made its own
        return self

    def eval(self) -> Self:
        """train(False)"""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Whether the parameters collect gradients."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradients of all parameters, or makes them zero."""
        for parameter in self.parameters():
            _zero_grad(parameter, set_to_none)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Calls fn on every module, those inside before the one they are in."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Puts fn(tensor) in the place of every buffer, and of what every parameter and its gradient hold."""
        done: dict[Tensor, Tensor] = {}
        with no_grad():
            for module in self.modules() if recurse else (self,):
                for parts in (module._parameters, module._buffers):
                    for name, tensor in parts.items():
                        if tensor is None:
                            continue
                        if tensor not in done:
                            done[tensor] = fn(tensor)
                            if parts is module._parameters:
                                done[tensor] = _with_data(tensor, done[tensor], fn)
                        parts[name] = done[tensor]
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Brings parameters and buffers to a device, and makes those that are floating of a type: to(dtype), to(device),
        to(device, dtype), to(tensor)."""
        def convert(x: Tensor) -> Tensor:
            y = x.to(*args, **kwargs)
            return y if x.is_floating_point() else x.to(y.device)
        return self._apply(convert)

    def float(self) -> Self:
        """to(tenet.float32)"""
        return self.to(_C.float32)

    def double(self) -> Self:
        """to(tenet.float64)"""
        return self.to(_C.float64)

    def cpu(self) -> Self:
        """to("cpu")"""
        return self.to("cpu")

    def cuda(self, device: DeviceLike | int = None) -> Self:
        """to("cuda"), or to the card of this number."""
        return self.to(card(device))

    def type(self, dst_type: dtype) -> Self:
        """to(dst_type)"""
        return self.to(dst_type)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """to(device), where the values need not be kept."""
        return self.to(device)

    def share_memory(self) -> Self:
        """Itself: threads share all memory."""
        return self

    # --- Text -----------------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """What stands between the brackets in print: for a layer to say."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        parts = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in self._modules.items()]
        if not parts and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + parts) + "\n)"

    def _repr_html_(self) -> str:
        from tenet._html import module_table
        return module_table(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        Module.__init__(self)
        self.__dict__.update(state)


def _registered(module: Module, name: str, part: Any) -> Any:
    """A part that is about to be assigned, as the hooks of all modules want it."""
    if isinstance(part, Module):
        return hooks.registered(hooks.module_registration, module, name, part)
    if isinstance(part, Parameter):
        return hooks.registered(hooks.parameter_registration, module, name, part)
    return part


def _with_data(parameter: Tensor, data: Tensor, fn: Callable[[Tensor], Tensor]) -> Tensor:
    """The parameter, which holds the data from now on, with the gradient that it had through fn."""
    grad = parameter.grad
    if data is not parameter:
        parameter.data = data
    if grad is not None:
        parameter.grad = fn(grad)
    return parameter


def _zero_grad(parameter: Tensor, set_to_none: bool) -> None:
    if set_to_none or parameter.grad is None:
        parameter.grad = None
    else:
        parameter.grad.detach_().zero_()
