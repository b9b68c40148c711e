"""What all optimisers share: groups of parameters with settings, and what is gathered for each parameter."""
from __future__ import annotations

import functools
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor
from tenet.autograd.grad_mode import enable_grad
from tenet.nn.hooks import Hooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenet._types import Params
    from tenet.nn.hooks import RemovableHandle


class _Required:
    """The default of a setting that every group must give."""

    def __repr__(self) -> str:
        return "<required parameter>"


required: Any = _Required()
_HOOKS = ("_step_pre_hooks", "_step_post_hooks", "_state_dict_pre_hooks", "_state_dict_post_hooks",
          "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks")


def _with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step of a class, with the hooks of its optimisers around it."""
    @functools.wraps(step)
    def hooked(*args: Any, **kwargs: Any) -> Any:
        if not Hooks.some:
            return step(*args, **kwargs)
        self: Any = args[0]  # among the arguments that hooks see, as PyTorch has it
        for hook in list(self._step_pre_hooks.values()):
            changed = hook(self, args, kwargs)
            if changed is not None:
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise _C.Error(f"{type(self).__name__}: a hook before step must return None or a tuple of (new_args, "
                                   f"new_kwargs), but got {changed}.")
                args, kwargs = changed
        result = step(*args, **kwargs)
        for hook in list(self._step_post_hooks.values()):
            hook(self, args, kwargs)
        return result

    return hooked


class Optimizer:
    """The base of all optimisers. One of your own derives from it, hands its settings to __init__ as defaults and
    changes the parameters in step() under tenet.no_grad(); what it gathers for a parameter it keeps in self.state[p].

    params is a list of parameters, of pairs (name, parameter), or of dicts {"params": [...], "lr": ...}: groups with
    settings of their own. Settings may be changed in param_groups between steps.
    """

    _step_pre_hooks: Hooks
    _step_post_hooks: Hooks
    _state_dict_pre_hooks: Hooks
    _state_dict_post_hooks: Hooks
    _load_state_dict_pre_hooks: Hooks
    _load_state_dict_post_hooks: Hooks

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            setattr(cls, "step", _with_hooks(vars(cls)["step"]))

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(f"{type(self).__name__}: params must be a list of tensors, but is a Tensor. Put it in brackets.")
        self._make_hooks()
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise _C.ValueError(f"{type(self).__name__}: there are no parameters. Pass net.parameters().")
        dicts: Any = groups if isinstance(groups[0], dict) else [{"params": groups}]
        for group in dicts:
            self.add_param_group(group)

    def _make_hooks(self) -> None:
        for kind in _HOOKS:
            setattr(self, kind, Hooks())

    def __getstate__(self) -> dict[str, Any]:
        """For pickle and copy: all but the hooks."""
        return {key: value for key, value in self.__dict__.items() if key not in _HOOKS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "_step_pre_hooks" not in self.__dict__:
            self._make_hooks()
        self.__dict__.update(state)

    # --- Groups ---------------------------------------------------------------------------------------------------

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds parameters with settings of their own; those left out are the optimiser's."""
        if not isinstance(param_group, dict):
            raise TypeError(f"{type(self).__name__}: a group must be a dict, not a {type(param_group).__name__}.")
        group = dict(param_group)
        group["params"] = self._checked(group)
        for setting, value in self.defaults.items():
            if value is required and setting not in group:
                raise _C.ValueError(f"{type(self).__name__}: a group lacks {setting}, which every group must give.")
            group.setdefault(setting, value)
        self._check_group(group)
        self.param_groups.append(group)

    def _checked(self, group: dict[str, Any]) -> list[Tensor]:
        """The parameters of a new group as a list; their names, if they have some, are put into the group."""
        name, params = type(self).__name__, group["params"]
        if isinstance(params, (set, frozenset)):
            raise TypeError(f"{name}: parameters in a set have no order, and another one in each run. Use a list.")
        params = [params] if isinstance(params, Tensor) else list(params)
        if params and isinstance(params[0], tuple):
            group["param_names"] = [name for name, _ in params]
            params = [parameter for _, parameter in params]
        for i, parameter in enumerate(params):
            if not isinstance(parameter, Tensor):
                raise TypeError(f"{name}: parameter {i} is a {type(parameter).__name__}. It must be a Tensor.")
            if not parameter.is_leaf:
                raise _C.ValueError(f"{name}: parameter {i} must be a leaf, not computed by {parameter.grad_fn}.")
        known = [id(p) for g in self.param_groups for p in g["params"]] + [id(p) for p in params]
        if len(known) != len(set(known)):
            raise _C.ValueError(f"{name}: a parameter is there twice. Pass it once.")
        return params

    def _check_group(self, group: dict[str, Any]) -> None:
        """For a subclass: raises if the settings of a group that is about to be added have no meaning."""

    # --- Steps ----------------------------------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: define step(self, closure=None).")

    @staticmethod
    def _loss(closure: Callable[[], Any] | None) -> Any:
        """What the closure, which computes the loss anew, returns."""
        if closure is None:
            return None
        with enable_grad():
            return closure()

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradients of all parameters, or makes them zero."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if set_to_none or parameter.grad is None:
                    parameter.grad = None
                else:
                    parameter.grad.detach_().zero_()

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(optimizer, args, kwargs) runs before step(); what it returns, unless None, takes the arguments' place.
        The first of args is the optimizer."""
        return self._step_pre_hooks.add(hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(optimizer, args, kwargs) runs after step()."""
        return self._step_post_hooks.add(hook)

    # --- State ----------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """{"state": {number of the parameter: what is gathered for it}, "param_groups": [settings, with numbers in the
        place of parameters]}: with it and the parameters training continues bit for bit. tenet.save takes it."""
        for hook in list(self._state_dict_pre_hooks.values()):
            hook(self)
        places = {id(p): i for i, p in enumerate(p for group in self.param_groups for p in group["params"])}
        groups = [{**{k: v for k, v in group.items() if k != "params"}, "params": [places[id(p)] for p in group["params"]]}
                  for group in self.param_groups]
        state = {places[id(p)] if isinstance(p, Tensor) else p: values for p, values in self.state.items()}
        result: dict[str, Any] = {"state": state, "param_groups": groups}
        for hook in list(self._state_dict_post_hooks.values()):
            changed = hook(self, result)
            result = result if changed is None else changed
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on from a state_dict(), with copies of what is in it. Raises ValueError, nothing changed, if its groups, or
        what was gathered, do not fit the parameters."""
        state_dict = dict(state_dict)
        for hook in list(self._load_state_dict_pre_hooks.values()):
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        saved = state_dict["param_groups"]
        here = [len(group["params"]) for group in self.param_groups]
        there = [len(group["params"]) for group in saved]
        if here != there:
            raise _C.ValueError(f"load_state_dict: the state has groups of {there} parameters, but {type(self).__name__} has "
                                f"{here}. Nothing was changed.")
        parameters = {number: parameter for group, other in zip(self.param_groups, saved)
                      for number, parameter in zip(other["params"], group["params"])}
        groups = [{**group, **{k: v for k, v in other.items() if k != "params"}}
                  for group, other in zip(self.param_groups, saved)]
        state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for number, values in state_dict["state"].items():
            parameter = parameters.get(number)
            state[number if parameter is None else parameter] = \
                values if parameter is None else {k: self._loaded(parameter, k, v) for k, v in values.items()}
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in list(self._load_state_dict_post_hooks.values()):
            hook(self)

    def _loaded(self, parameter: Tensor, key: str, value: Any) -> Any:
        """A copy of something gathered for a parameter, of the parameter's type and on its device. A "step" is a count."""
        if not isinstance(value, Tensor):
            return value
        value = value.detach().clone()
        return value.to(parameter) if key != "step" and value.is_floating_point() else value

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """hook(optimizer) runs before state_dict()."""
        return self._state_dict_pre_hooks.add(hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """hook(optimizer, state_dict) runs after state_dict(); what it returns, unless None, takes the dict's place."""
        return self._state_dict_post_hooks.add(hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """hook(optimizer, state_dict) runs before load_state_dict(); what it returns, unless None, is loaded."""
        return self._load_state_dict_pre_hooks.add(hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """hook(optimizer) runs after load_state_dict()."""
        return self._load_state_dict_post_hooks.add(hook, prepend)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
        return text + ")"


class Native(Optimizer):
    """An optimiser whose step the C++ library does, of each group at once: whole or not at all."""

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter from its grad; a parameter without one is left alone. Returns what the closure,
        which computes the loss anew, returns."""
        loss = self._loss(closure)
        for group in self.param_groups:
            try:
                self._update(group)
            except _C.DeviceError:  # before anything was changed
                for p in group["params"]:
                    self._follow(p)
                self._update(group)
        return loss

    def _follow(self, parameter: Tensor) -> None:
        """What was gathered for a parameter, to the device where it is now."""
        state = self.state.get(parameter, {})
        for key, value in state.items():
            if isinstance(value, Tensor) and key != "step":
                state[key] = value.to(parameter.device)

    def _update(self, group: dict[str, Any]) -> None:
        raise NotImplementedError

    def _loaded(self, parameter: Tensor, key: str, value: Any) -> Any:
        if isinstance(value, Tensor) and key != "step" and value.shape != parameter.shape:
            raise _C.ValueError(f"load_state_dict: \"{key}\" has shape {tuple(value.shape)} but its parameter has "
                                f"{tuple(parameter.shape)}. Nothing was changed.")
        return super()._loaded(parameter, key, value)


def only_defaults(name: str, **options: Any) -> None:
    """Options of PyTorch's that choose among implementations may be given; those that change the result may not."""
    for option, (value, remedy) in options.items():
        if value:
            raise NotImplementedError(f"{name}: {option}={value} is not there. {remedy}")
