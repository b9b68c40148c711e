"""What is inside a module: the modules, parameters and buffers, each by its name."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tenet import _C

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenet._C import Tensor
    from tenet.nn.module import Module
    from tenet.nn.parameter import Parameter


class Inside:
    """The part of Module that looks inside."""

    _modules: dict[str, Any]

    def named_modules(self, memo: set[Module] | None = None, prefix: str = "",
                      remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """This module ("") and all inside it, by name, parents first."""
        memo = set() if memo is None else memo
        this = cast("Module", self)
        if this in memo:
            return
        if remove_duplicate:
            memo.add(this)
        yield prefix, this
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, prefix + ("." if prefix else "") + name, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all inside it."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
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
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, cast("Module", self))]
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
        module = cast("Module", self)
        for name in target.split(".") if target else ():
            inner = module._modules.get(name)
            if inner is None:
                raise AttributeError(f"{type(module).__name__} has no module '{name}' (looking for '{target}')")
            module = inner
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Puts a module in the place of the one of this name; with strict there must be one."""
        path, _, name = target.rpartition(".")
        if not name:
            raise _C.ValueError("set_submodule: Cannot set the submodule without a target name!")
        owner = self.get_submodule(path)
        if strict and name not in owner._modules:
            raise AttributeError(f"{type(owner).__name__} has no module '{name}' (looking for '{target}')")
        if not isinstance(module, Inside):
            raise _C.ValueError(f"set_submodule: {target} is a {type(module).__name__}. Give a tenet.nn.Module.")
        owner._modules[name] = module

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
