"""What a module saves and loads: parameters, buffers, and what a module adds of its own."""
from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tenet import _C
from tenet._C import Tensor
from tenet.autograd.grad_mode import no_grad
from tenet.nn.hooks import Hooks
from tenet.nn.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenet.nn.hooks import RemovableHandle

_EXTRA = "_extra_state"


class _Keys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]


class IncompatibleKeys(_Keys):
    """What load_state_dict(strict=False) found on one side alone."""

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class _Problems(list[str]):
    """What does not fit; and what is still to be written, once everything does."""

    def __init__(self) -> None:
        self.writes: list[Callable[[], object]] = []

    def write(self) -> None:
        for write in self.writes:
            write()
        self.writes.clear()


class Stateful:
    """The part of Module that saves and loads."""

    _version = 1
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]
    _state_dict_pre_hooks: Hooks
    _state_dict_hooks: Hooks
    _load_state_dict_pre_hooks: Hooks
    _load_state_dict_post_hooks: Hooks

    def get_extra_state(self) -> Any:
        """What the module keeps beside tensors: define it together with set_extra_state, and state_dict() has it."""
        raise _C.Error(f"{type(self).__name__}: get_extra_state is not defined.")

    def set_extra_state(self, state: Any) -> None:
        """Takes what get_extra_state gave."""
        raise _C.Error(f"{type(self).__name__}: set_extra_state is not defined.")

    # --- Saving ---------------------------------------------------------------------------------------------------

    def _own_state(self) -> Iterator[tuple[str, Tensor]]:
        for name, tensor in itertools.chain(self._parameters.items(), self._buffers.items()):
            if tensor is not None and name not in self._non_persistent_buffers_set:
                yield name, tensor

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        """Saves what this module has itself: for a module that saves more to extend."""
        for name, tensor in self._own_state():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if type(self).get_extra_state is not Stateful.get_extra_state:
            destination[prefix + _EXTRA] = self.get_extra_state()

    def state_dict(self, *args: Any, destination: Any = None, prefix: str = "",
                   keep_vars: bool = False) -> dict[str, Any]:
        """Parameters and buffers by name, sharing memory with the module, without history unless keep_vars. destination,
        prefix and keep_vars may be given by place, as PyTorch once did."""
        given = {"destination": destination, "prefix": prefix, "keep_vars": keep_vars, **dict(zip(_STATE_DICT, args))}
        destination, prefix, keep_vars = given.values()
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local: dict[str, Any] = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local
        for hook in list(self._state_dict_pre_hooks.values()):
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=prefix + name + ".", keep_vars=keep_vars)
        for hook in list(self._state_dict_hooks.values()):
            changed = hook(self, destination, prefix, local)
            destination = destination if changed is None else changed
        return destination  # type: ignore[no-any-return]

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, prefix, keep_vars) runs before state_dict()."""
        return self._state_dict_pre_hooks.add(hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, state_dict, prefix, local_metadata) runs after state_dict(), and may change the dict."""
        return self._state_dict_hooks.add(hook)

    _register_state_dict_hook = register_state_dict_post_hook

    # --- Loading --------------------------------------------------------------------------------------------------

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs) runs before
        this module loads its part, and may change the dict."""
        return self._load_state_dict_pre_hooks.add(hook)

    def _register_load_state_dict_pre_hook(self, hook: Callable[..., Any], with_module: bool = False) -> RemovableHandle:
        return self._load_state_dict_pre_hooks.add(hook if with_module else lambda module, *args: hook(*args))

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, incompatible_keys) runs when the module has loaded, and may change the lists of keys."""
        return self._load_state_dict_post_hooks.add(hook)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, local_metadata: dict[str, Any], strict: bool,
                              missing_keys: list[str], unexpected_keys: list[str], error_msgs: list[str]) -> None:
        """Loads what this module has itself, and says what is missing, unexpected or does not fit: for a module that
        reads older files to extend."""
        for hook in list(self._load_state_dict_pre_hooks.values()):
            hook(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        problems = error_msgs if isinstance(error_msgs, _Problems) else _Problems()
        own, assign = dict(self._own_state()), local_metadata.get("assign_to_params_buffers", False)
        for name, tensor in own.items():
            key = prefix + name
            if key not in state_dict:
                missing_keys.append(key)
                continue
            value = state_dict[key]
            if isinstance(value, Tensor) and tensor.dim() == 0 and value.shape == (1,):
                value = value[0]  # as PyTorch reads its oldest files
            if problem := _misfit(key, tensor, value):
                error_msgs.append(problem)
            else:
                problems.writes.append(_write(self, name, value, assign))
        self._load_extra(state_dict, prefix + _EXTRA, missing_keys, unexpected_keys, problems)
        for key in state_dict:
            name, _, inner = key[len(prefix):].partition(".")
            if key.startswith(prefix) and key != prefix + _EXTRA and name not in (self._modules if inner else own):
                unexpected_keys.append(key)
        if problems is not error_msgs and not error_msgs:
            problems.write()

    def _load_extra(self, state_dict: dict[str, Any], key: str, missing_keys: list[str], unexpected_keys: list[str],
                    problems: _Problems) -> None:
        wanted = type(self).set_extra_state is not Stateful.set_extra_state
        if wanted and key in state_dict:
            problems.writes.append(lambda: self.set_extra_state(state_dict[key]))
        elif wanted:
            missing_keys.append(key)
        elif key in state_dict:
            unexpected_keys.append(key)

    def _load(self, state: Any, metadata: Any, prefix: str, assign: bool, keys: IncompatibleKeys,
              problems: _Problems) -> None:
        local = dict(metadata.get(prefix[:-1], {}), assign_to_params_buffers=assign)
        self._load_from_state_dict(state, prefix, local, True, keys.missing_keys, keys.unexpected_keys, problems)
        for name, module in self._modules.items():
            if module is not None:
                inner = prefix + name + "."
                part = {key: value for key, value in state.items() if key.startswith(inner)}
                module._load(part, metadata, inner, assign, keys, problems)
        if self._load_state_dict_post_hooks and not problems:
            problems.write()  # the hooks see what was loaded
        for hook in list(self._load_state_dict_post_hooks.values()):
            if hook(self, keys) is not None:
                raise TypeError("load_state_dict: a hook that runs after loading changes the lists of keys in place and "
                                "returns nothing.")

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> IncompatibleKeys:
        """Copies the values in, into the memory there is; with assign the given tensors take its place. Raises ValueError
        that lists every missing and unexpected key and every size that differs; nothing has been changed then, unless a
        hook or set_extra_state did. With strict=False missing and unexpected keys are returned instead."""
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"load_state_dict: takes what state_dict() gives, not a {type(state_dict).__name__}.")
        keys, problems = IncompatibleKeys([], []), _Problems()
        self._load(OrderedDict(state_dict), getattr(state_dict, "_metadata", {}), "", assign, keys, problems)
        lists = (("Missing", keys.missing_keys), ("Unexpected", keys.unexpected_keys))
        listed = [f"{kind} key(s) in state_dict: " + ", ".join(f'"{key}"' for key in found) + "."
                  for kind, found in lists if strict and found]
        if listed or problems:
            raise _C.ValueError(f"load_state_dict: Error(s) in loading state_dict for {type(self).__name__}:\n\t"
                                + "\n\t".join(listed + problems))
        problems.write()
        return keys


_STATE_DICT = ("destination", "prefix", "keep_vars")


def _misfit(key: str, tensor: Tensor, value: Any) -> str | None:
    """Why the value cannot become the tensor's."""
    if not isinstance(value, Tensor):
        return (f"'{key}' is a {type(value).__name__}. It must be a tenet.Tensor: tenet.from_numpy(value.numpy()) makes "
                "one of PyTorch's.")
    if value.shape != tensor.shape:
        return (f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in "
                f"current model is {tensor.shape}.")
    return None


def _write(module: Stateful, name: str, value: Tensor, assign: bool) -> Callable[[], object]:
    """What loads a value, later: an error in another module must find this one unchanged."""
    def write() -> None:
        tensor = getattr(module, name)
        if not assign:
            with no_grad():
                tensor.data.copy_(value)
        elif isinstance(tensor, Parameter):
            setattr(module, name, value if isinstance(value, Parameter) else Parameter(value, tensor.requires_grad))
        else:
            setattr(module, name, value)

    return write
