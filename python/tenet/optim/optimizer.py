"""What all optimisers share: groups of parameters with settings, and what is gathered for each parameter."""
from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor
from tenet.autograd.grad_mode import enable_grad, no_grad

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenet._types import Params


class Optimizer:
    """The base of all optimisers. One of your own derives from it, hands its settings to __init__ as defaults and
    changes the parameters in step() under tenet.no_grad(); what it gathers for a parameter it keeps in self.state[p].

    params is a list of parameters, of pairs (name, parameter), or of dicts {"params": [...], "lr": ...}: groups with
    settings of their own. Settings may be changed in param_groups between steps.
    """

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(f"{type(self).__name__}: params must be a list of tensors, but is a Tensor. Put it in brackets.")
        self.defaults = dict(defaults)
        self.param_groups: list[dict[str, Any]] = []
        self._make_state()
        groups = list(params)
        if not groups:
            raise _C.ValueError(f"{type(self).__name__}: there are no parameters. Pass net.parameters().")
        dicts: Any = groups if isinstance(groups[0], dict) else [{"params": groups}]
        for group in dicts:
            self.add_param_group(group)

    def _make_state(self) -> None:
        self.state: Any = defaultdict(dict)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds parameters with settings of their own; those left out are the optimiser's."""
        group = dict(param_group)
        params = group["params"]
        params = [params] if isinstance(params, Tensor) else list(params)
        if params and isinstance(params[0], tuple):
            group["param_names"] = [name for name, _ in params]
            params = [parameter for _, parameter in params]
        name = type(self).__name__
        for i, parameter in enumerate(params):
            if not isinstance(parameter, Tensor):
                raise TypeError(f"{name}: parameter {i} is a {type(parameter).__name__}. It must be a Tensor.")
            if not parameter.is_leaf:
                raise _C.ValueError(f"{name}: parameter {i} must be a leaf, not computed by {parameter.grad_fn}.")
        known = [id(p) for g in self.param_groups for p in g["params"]] + [id(p) for p in params]
        if len(known) != len(set(known)):
            raise _C.ValueError(f"{name}: a parameter is there twice. Pass it once.")
        group["params"] = params
        for setting, value in self.defaults.items():
            group.setdefault(setting, value)
        self._add_group(group)
        self.param_groups.append(group)

    def _add_group(self, group: dict[str, Any]) -> None:
        """For a subclass: a group is about to be added."""

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

    def _places(self) -> Any:
        """The number of each parameter, through all groups, by its identity."""
        return {id(p): i for i, p in enumerate(p for group in self.param_groups for p in group["params"])}

    def state_dict(self) -> dict[str, Any]:
        """{"state": {number of the parameter: what is gathered for it}, "param_groups": [settings, with numbers in the
        place of parameters]}: with it and the parameters training continues bit for bit. tenet.save takes it."""
        places = self._places()
        groups = [{**{k: v for k, v in group.items() if k != "params"}, "params": [places[id(p)] for p in group["params"]]}
                  for group in self.param_groups]
        state = {places[id(p)] if isinstance(p, Tensor) else p: dict(values) for p, values in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on from a state_dict(). Raises ValueError, nothing changed, if its groups do not fit."""
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
        state = OrderedDict((parameters.get(number, number), values) for number, values in state_dict["state"].items())
        self._set_state(state, groups)
        self.param_groups[:] = groups

    def _set_state(self, state: Any, groups: Any) -> None:
        self.state = defaultdict(dict)
        for key, values in state.items():
            self.state[key] = {k: v.detach().clone() if isinstance(v, Tensor) else v for k, v in values.items()}

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key not in ("params", "param_names")]
        return "\n".join(lines) + "\n)"


class Native(Optimizer):
    """An optimiser of the C++ library: one of them for each group, which does the work and keeps what is gathered."""

    _core: Any = None  # the C++ class
    _settings: tuple[str, ...] = ()  # the settings it takes, in order

    def _make_state(self) -> None:
        self._cores: list[Any] = []

    def _values(self, group: dict[str, Any]) -> list[Any]:
        return [group[name] for name in self._settings]

    def _add_group(self, group: dict[str, Any]) -> None:
        self._cores.append(self._core(group["params"], *self._values(group)))

    @no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter from its grad; a parameter without one is left alone. Returns what the closure,
        which computes the loss anew, returns."""
        loss = self._loss(closure)
        for core, group in zip(self._cores, self.param_groups):
            core.step(group["params"], *self._values(group))
        return loss

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """What is gathered for each parameter, as copies."""
        state: dict[Tensor, dict[str, Any]] = {}
        for core, group in zip(self._cores, self.param_groups):
            for key, value in core.state_dict().items():
                number, _, slot = key.partition(".")
                if number.isdigit():
                    state.setdefault(group["params"][int(number)], {})[slot] = value
        return state

    def _set_state(self, state: Any, groups: Any) -> None:
        cores = []
        for group in groups:
            core = self._core(group["params"], *self._values(group))
            flat = core.state_dict()  # the settings
            for i, parameter in enumerate(group["params"]):
                for slot, value in state.get(parameter, {}).items():
                    if value is not None:
                        flat[f"{i}.{slot}"] = _step(value) if slot == "step" else value
            core.load_state_dict(flat)
            cores.append(core)
        self._cores = cores


def _step(value: Any) -> Any:
    """A count of steps, which PyTorch keeps as a float."""
    return _C.tensor(int(value), dtype=_C.int64)


def only_defaults(name: str, **options: Any) -> None:
    """Options of PyTorch's that choose among implementations may be given; those that change the result may not."""
    for option, (value, remedy) in options.items():
        if value:
            raise NotImplementedError(f"{name}: {option}={value} is not there. {remedy}")
