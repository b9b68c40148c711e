"""Modules and parameters in sequences and dicts."""
from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor
from tenet.nn.module import Module
from tenet.nn.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing_extensions import Self


def _place(index: int, length: int, name: str) -> int:
    try:
        index = operator.index(index)
    except TypeError:
        raise TypeError(f"{name} indices must be integers or slices, not {type(index).__name__}") from None
    if not -length <= index < length:
        raise _C.IndexError(f"{name}: index {index} is out of range for {length} modules.")
    return index % length


class _List(Module):
    """What Sequential and ModuleList share: modules named by their place."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError

    def _set(self, modules: Iterable[Module]) -> None:
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def _key(self, index: int) -> str:
        names: list[str] = list(self._modules)
        return names[_place(index, len(self), type(self).__name__)]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._key(index), module)

    def __delitem__(self, index: int | slice) -> None:
        doomed = list(self._modules)[index] if isinstance(index, slice) else [self._key(index)]
        self._set([module for name, module in list(self._modules.items()) if name not in doomed])

    def append(self, module: Module) -> Self:
        """Adds a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Adds modules at the end."""
        for module in list(_iterable(modules, f"{type(self).__name__}.extend")):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Adds a module before the one at this place."""
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__}.insert: takes a tenet.nn.Module, not a {type(module).__name__}.")
        modules = list(self)
        if not -len(modules) <= index <= len(modules):
            raise _C.IndexError(f"{type(self).__name__}.insert: {index} is out of range for {len(modules)} modules.")
        modules.insert(index, module)
        self._set(modules)
        return self

    def pop(self, key: int) -> Module:
        """Takes a module out and returns it."""
        module: Module = self[key]
        del self[key]
        return module


class Sequential(_List):
    """Modules one after the other, named by their place: "0.weight", "2.bias"; or by the keys of an OrderedDict."""

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], dict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            self._set(modules)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(dict(list(self._modules.items())[index]))
        return self._modules[self._key(index)]

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *_sequential(other))

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(_sequential(other))

    def __mul__(self, times: int) -> Sequential:
        """The same modules again and again."""
        return Sequential(*(list(self) * _times(times)))

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        self._set(list(self) * _times(times))
        return self

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input


def _sequential(other: Any) -> Sequential:
    if not isinstance(other, Sequential):
        raise _C.ValueError(f"Sequential: only another Sequential can be added, not a {type(other).__name__}.")
    return other


def _times(times: Any) -> int:
    if not isinstance(times, int):
        raise TypeError(f"unsupported operand type(s) for *: 'Sequential' and '{type(times).__name__}'")
    if times <= 0:
        raise _C.ValueError(f"Sequential: cannot be repeated {times} times. Repeat it once or more.")
    return times


class ModuleList(_List):
    """A list of modules that are parts."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return self._modules[self._key(index)]

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def insert(self, index: int, module: Module) -> None:
        super().insert(index, module)

    def __repr__(self) -> str:
        """With runs of modules that read alike written once: (0-2): 3 x ReLU()."""
        texts = [repr(module) for module in self]
        parts, begin = [], 0
        for text, run in itertools.groupby(texts):
            count = len(list(run))
            last = begin + count - 1
            label = f"({begin}): " if count == 1 else f"({begin}-{last}): {count} x "
            parts.append("\n  " + (label + text).replace("\n", "\n  "))
            begin = last + 1
        return f"{self._get_name()}({''.join(parts)}\n)" if parts else f"{self._get_name()}()"


class ModuleDict(Module):
    """A dict of modules that are parts."""

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        module: Module = self._modules[key]
        return module

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> Any:
        return self._modules.keys()

    def values(self) -> Any:
        return self._modules.values()

    def items(self) -> Any:
        return self._modules.items()

    def clear(self) -> None:
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Takes a module out and returns it."""
        module: Module = self._modules.pop(key)
        return module

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Adds the modules of a mapping, or of pairs."""
        _update(self, modules, "ModuleDict.update")


class ParameterList(Module):
    """A list of parameters; tensors in it become parameters. Anything else in it is kept as it is."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        self.extend(() if values is None else values)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, str(i)) for i in range(self._size))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, str(_place(index, len(self), "ParameterList")))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, str(_place(index, len(self), "ParameterList")), _parameter(value))

    def append(self, value: Any) -> Self:
        """Adds a parameter at the end."""
        setattr(self, str(self._size), _parameter(value))
        self._size += 1
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Adds parameters at the end."""
        for value in list(_iterable(values, "ParameterList.extend")):
            self.append(value)
        return self

    __iadd__ = extend

    def extra_repr(self) -> str:
        return "\n".join(f"  ({i}): {_described(x)}" for i, x in enumerate(self))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"{type(self).__name__}: it holds parameters and cannot be called.")


class ParameterDict(Module, MutableMapping[str, Any]):
    """A dict of parameters; tensors in it become parameters. Anything else in it is kept as it is."""

    __eq__ = object.__eq__  # modules are compared by identity
    __hash__ = object.__hash__

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        self.update({} if parameters is None else parameters)

    def _attribute(self, key: str) -> str:
        if not isinstance(key, str):
            raise TypeError(f"ParameterDict: the key {key!r} is a {type(key).__name__}. Keys are strings.")
        return f"_{key}" if hasattr(type(self), key) or "." in key else key

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise KeyError(key)
        return getattr(self, self._attribute(key))

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, self._attribute(key), _parameter(value))
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, self._attribute(key))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def update(self, parameters: Any) -> None:  # type: ignore[override]
        """Adds the parameters of a mapping, or of pairs."""
        _update(self, parameters, "ParameterDict.update")

    def copy(self) -> ParameterDict:
        """A dict of the same parameters."""
        return ParameterDict(dict(self))

    def popitem(self) -> tuple[str, Any]:
        """Takes out what was put in last."""
        if not self._keys:
            raise KeyError("popitem: the ParameterDict is empty")
        key = next(reversed(self))
        return key, self.pop(key)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """What is there; else the default, put in."""
        if key not in self:
            self[key] = default
        return self[key]

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A dict in which each key has this value."""
        return ParameterDict(dict.fromkeys(keys, default))

    def __or__(self, other: Any) -> ParameterDict:
        both = self.copy()
        both.update(other)
        return both

    def __ror__(self, other: Any) -> ParameterDict:
        return ParameterDict(other) | self

    def __ior__(self, other: Any) -> Self:
        self.update(other)
        return self

    def extra_repr(self) -> str:
        return "\n".join(f"  ({key}): {_described(x)}" for key, x in self.items())

    __call__ = ParameterList.__call__


def _parameter(value: Any) -> Any:
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def _described(value: Any) -> str:
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    return f"{kind} containing: [{value.dtype} of size {'x'.join(map(str, value.shape))}]"


def _iterable(values: Any, name: str) -> Any:
    if not isinstance(values, Iterable):
        raise TypeError(f"{name} should be called with an iterable, but got {type(values).__name__}")
    return values


def _update(target: Any, items: Any, name: str) -> None:
    """Adds the items of a mapping, or pairs."""
    if isinstance(items, (Mapping, ModuleDict)):
        items = items.items()
    for i, pair in enumerate(_iterable(items, name)):
        if len(_iterable(pair, f"{name}: element {i}")) != 2:
            raise _C.ValueError(f"{name}: element {i} has length {len(pair)}; 2 is required: a key and what it stands for.")
        key, value = pair
        target[key] = value
