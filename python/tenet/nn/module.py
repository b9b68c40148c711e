"""The base of all modules."""
from __future__ import annotations

import itertools
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from tenet import _C
from tenet._C import Tensor
from tenet.cuda import card
from tenet.nn.parameter import Buffer, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing_extensions import Self

    from tenet._C import dtype
    from tenet._types import DeviceLike

class IncompatibleKeys(NamedTuple):
    """What load_state_dict(strict=False) found on one side alone."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class _Report(IncompatibleKeys):
    """What load_state_dict(strict=False) found on one side alone."""

    def __repr__(self) -> str:
        return "<All keys matched successfully>" if not self.missing_keys and not self.unexpected_keys else super().__repr__()


class _Hooks(OrderedDict[int, "Callable[..., Any]"]):
    """Functions in the order in which they were registered."""

    _keys = itertools.count()

    def add(self, hook: Callable[..., Any], prepend: bool = False) -> _Handle:
        key = next(self._keys)
        self[key] = hook
        if prepend:
            self.move_to_end(key, last=False)
        return _Handle(self, key)


class _Handle:
    """Removes a hook: handle.remove(), or leaving a with statement."""

    def __init__(self, hooks: _Hooks, key: int) -> None:
        self._hooks, self.id = hooks, key

    def remove(self) -> None:
        self._hooks.pop(self.id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


class Module:
    """The base of all modules: derive from it, make parts in __init__, say in forward what they compute.

    Parameters, buffers and modules assigned to attributes are found by parameters(), state_dict() and the rest, in the
    order of assignment and under their attribute's name.
    """

    training = True
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent: set[str]
    _forward_hooks: _Hooks
    _forward_pre_hooks: _Hooks
    _backward_hooks: _Hooks
    _hooks_with_kwargs: set[int]

    def __init__(self) -> None:
        new = object.__setattr__
        new(self, "training", True)
        for room in ("_parameters", "_buffers", "_modules"):
            new(self, room, {})
        new(self, "_non_persistent", set())
        new(self, "_forward_hooks", _Hooks())
        new(self, "_forward_pre_hooks", _Hooks())
        new(self, "_hooks_with_kwargs", set())
        new(self, "_backward_hooks", _Hooks())

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: define forward(self, ...).")

    # --- Calls and hooks ------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not (self._forward_hooks or self._forward_pre_hooks or self._backward_hooks):
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(args, kwargs)

    def _call_with_hooks(self, args: Any, kwargs: Any) -> Any:
        for key, hook in list(self._forward_pre_hooks.items()):
            if key in self._hooks_with_kwargs:
                changed = hook(self, args, kwargs)
                if changed is not None:
                    args, kwargs = changed
            else:
                changed = hook(self, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        passed = _BackwardHooks(self, args) if self._backward_hooks else None
        output = self.forward(*(passed.args if passed else args), **kwargs)
        if passed:
            output = passed.watch(output)
        for key, hook in list(self._forward_hooks.items()):
            changed = hook(self, args, kwargs, output) if key in self._hooks_with_kwargs else hook(self, args, output)
            if changed is not None:
                output = changed
        return output

    def register_forward_hook(self, hook: Callable[..., Any], *, prepend: bool = False,
                              with_kwargs: bool = False) -> _Handle:
        """hook(module, args, output) runs after forward; what it returns, unless None, takes the output's place. With
        with_kwargs: hook(module, args, kwargs, output)."""
        handle = self._forward_hooks.add(hook, prepend)
        if with_kwargs:
            self._hooks_with_kwargs.add(handle.id)
        return handle

    def register_forward_pre_hook(self, hook: Callable[..., Any], *, prepend: bool = False,
                                  with_kwargs: bool = False) -> _Handle:
        """hook(module, args) runs before forward; what it returns, unless None, takes the arguments' place."""
        handle = self._forward_pre_hooks.add(hook, prepend)
        if with_kwargs:
            self._hooks_with_kwargs.add(handle.id)
        return handle

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> _Handle:
        """hook(module, grad_input, grad_output), both tuples, runs when the gradients of the inputs are known; a tuple
        that it returns takes the place of grad_input."""
        return self._backward_hooks.add(hook, prepend)

    # --- Attributes -----------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        for room in ("_parameters", "_buffers", "_modules"):
            parts = self.__dict__.get(room)
            if parts is not None and name in parts:
                return parts[name]
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
        parts[name] = value
        if isinstance(value, Buffer) and not value.persistent:
            self._non_persistent.add(name)

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
                self._non_persistent.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._parameters, *self._buffers, *self._modules})

    def _check_new(self, name: str, what: str, kinds: Any) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__}: call super().__init__() before registering a {what}.")
        if not isinstance(name, str) or "." in name or name == "":
            raise KeyError(f"the name of a {what} must be a string that is not empty and has no dot, not {name!r}")
        if hasattr(self, name) and name not in self.__dict__[kinds]:
            raise KeyError(f"attribute '{name}' already exists")

    def register_parameter(self, name: str, param: Tensor | None) -> None:
        """Adds a Parameter, or None for one that is absent."""
        self._check_new(name, "parameter", "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"register_parameter: {name} is a {type(param).__name__}. Give a tenet.nn.Parameter, or None.")
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a tensor that is saved but not trained; not even saved unless persistent."""
        self._check_new(name, "buffer", "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"register_buffer: {name} is a {type(tensor).__name__}. Give a Tensor, or None.")
        self._buffers[name] = tensor
        (self._non_persistent.discard if persistent else self._non_persistent.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a module, or None for one that is absent."""
        self._check_new(name, "module", "_modules")
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"add_module: {name} is a {type(module).__name__}. Give a tenet.nn.Module, or None.")
        self._modules[name] = module

    register_module = add_module

    # --- What is inside -------------------------------------------------------------------------------------------

    def named_modules(self, memo: set[Module] | None = None, prefix: str = "",
                      remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """This module ("") and all inside it, by name, parents first."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, prefix + ("." if prefix else "") + name, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all inside it."""
        for _, module in self.named_modules():
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules that are parts of this one, by name."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules that are parts of this one."""
        for _, module in self.named_children():
            yield module

    def _named_tensors(self, room: str, prefix: str, recurse: bool,
                       remove_duplicate: bool) -> Iterator[tuple[str, Any]]:
        seen = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, tensor in module.__dict__[room].items():
                if tensor is None or id(tensor) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(tensor))
                yield path + ("." if path else "") + name, tensor

    def named_parameters(self, prefix: str = "", recurse: bool = True,
                         remove_duplicate: bool = True) -> Iterator[tuple[str, Parameter]]:
        """The parameters, each once, by name ("conv1.weight")."""
        return self._named_tensors("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters, each once: what an optimiser takes."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(self, prefix: str = "", recurse: bool = True,
                      remove_duplicate: bool = True) -> Iterator[tuple[str, Tensor]]:
        """The buffers, each once, by name."""
        return self._named_tensors("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Module:
        """The module of this name: "encoder.0"."""
        module = self
        for name in target.split(".") if target else ():
            inner = module._modules.get(name)
            if inner is None:
                raise AttributeError(f"{type(module).__name__} has no module '{name}' (looking for '{target}')")
            module = inner
        return module

    def _get_tensor(self, target: str, room: str, what: str) -> Any:
        path, _, name = target.rpartition(".")
        tensor: Any = self.get_submodule(path).__dict__[room].get(name)
        if tensor is None:
            raise AttributeError(f"there is no {what} '{target}'")
        return tensor

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of this name: "encoder.0.weight"."""
        parameter: Parameter = self._get_tensor(target, "_parameters", "parameter")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of this name."""
        buffer: Tensor = self._get_tensor(target, "_buffers", "buffer")
        return buffer

    # --- State ----------------------------------------------------------------------------------------------------

    def _own_state(self) -> Iterator[tuple[str, Tensor]]:
        for name, tensor in itertools.chain(self._parameters.items(), self._buffers.items()):
            if tensor is not None and name not in self._non_persistent:
                yield name, tensor

    def state_dict(self, *, destination: dict[str, Any] | None = None, prefix: str = "",
                   keep_vars: bool = False) -> dict[str, Any]:
        """Parameters and buffers by name, sharing memory with the module, without history unless keep_vars."""
        state = OrderedDict() if destination is None else destination
        for name, tensor in self._own_state():
            state[prefix + name] = tensor if keep_vars else tensor.detach()
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=state, prefix=prefix + name + ".", keep_vars=keep_vars)
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True,
                        assign: bool = False) -> IncompatibleKeys:
        """Copies the values in, into the memory there is; with assign the given tensors take its place. Raises ValueError
        that lists every missing and unexpected key and every size that differs; nothing has been changed then. With
        strict=False missing and unexpected keys are returned instead."""
        own = {}  # a tensor may stand under several names
        for path, module in self.named_modules(remove_duplicate=False):
            for name, _ in module._own_state():
                own[path + ("." if path else "") + name] = (module, name)
        for key, value in state_dict.items():
            if not isinstance(value, Tensor):
                raise TypeError(f"load_state_dict: '{key}' is a {type(value).__name__}. It must be a tenet.Tensor: "
                                "tenet.from_numpy(value.numpy()) makes one of PyTorch's.")
        report = _Report([key for key in own if key not in state_dict], [key for key in state_dict if key not in own])
        problems = []
        if strict and report.unexpected_keys:
            problems.append("Unexpected key(s) in state_dict: " + ", ".join(f'"{key}"' for key in report.unexpected_keys) + ".")
        if strict and report.missing_keys:
            problems.append("Missing key(s) in state_dict: " + ", ".join(f'"{key}"' for key in report.missing_keys) + ".")
        for key, (module, name) in own.items():
            tensor = getattr(module, name)
            if key in state_dict and state_dict[key].shape != tensor.shape:
                problems.append(f"size mismatch for {key}: the state has shape {tuple(state_dict[key].shape)}, the module "
                                f"{tuple(tensor.shape)}.")
        if problems:
            raise _C.ValueError(f"load_state_dict: the state does not fit {type(self).__name__}:\n\t" + "\n\t".join(problems))
        for key, (module, name) in own.items():
            if key in state_dict:
                _load(module, name, state_dict[key], assign)
        return report

    # --- Changes to all parts -------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Training or, with False, evaluation, for this module and all inside it."""
        for module in self.modules():
            object.__setattr__(module, "training", bool(mode))
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

    def _apply(self, convert: Callable[[Tensor], Tensor]) -> Self:
        """Puts convert(tensor) in the place of every parameter and buffer."""
        done = {}
        for module in self.modules():
            for parts in (module._parameters, module._buffers):
                for name, tensor in parts.items():
                    if tensor is None or id(tensor) in done:
                        continue
                    done[id(tensor)] = tensor
                    grad = tensor.grad
                    changed = convert(tensor.detach())
                    if changed.dtype != tensor.dtype or changed.device != tensor.device:
                        tensor.data = changed
                        if grad is not None:
                            tensor.grad = convert(grad)
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


def _load(module: Module, name: str, value: Tensor, assign: bool) -> None:
    tensor = getattr(module, name)
    if not assign:
        tensor.data.copy_(value)
    elif isinstance(tensor, Parameter):
        setattr(module, name, value if isinstance(value, Parameter) else Parameter(value, tensor.requires_grad))
    else:
        setattr(module, name, value)


def _zero_grad(parameter: Tensor, set_to_none: bool) -> None:
    if set_to_none or parameter.grad is None:
        parameter.grad = None
    else:
        parameter.grad.detach_().zero_()


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


class _BackwardHooks:
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
        for hook in list(self.module._backward_hooks.values()):
            changed = hook(self.module, gradients, self.grad_output)
            if changed is not None:
                gradients = changed if isinstance(changed, tuple) else (changed,)
        return gradients
