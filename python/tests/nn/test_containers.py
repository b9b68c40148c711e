"""Sequential, lists and dicts of modules and parameters."""
from collections import OrderedDict
from typing import Any

import pytest
import tenet
from tenet import nn


def layers(n: int) -> Any:
    return [nn.Linear(i + 1, i + 2) for i in range(n)]


def test_sequential() -> None:
    a, b, c = layers(3)
    net = nn.Sequential(a, b)
    assert net.append(c) is net and len(net) == 3 and list(net) == [a, b, c]
    assert net(tenet.ones(1)).shape == (4,)
    assert net[0] is a and net[-1] is c and net[1:][0] is b and isinstance(net[1:], nn.Sequential)
    assert list(net[1:].state_dict()) == ["1.weight", "1.bias", "2.weight", "2.bias"]
    net[1] = nn.Identity()
    del net[0]
    assert list(net._modules) == ["0", "1"] and isinstance(net[0], nn.Identity)
    net.insert(0, a)
    assert net.pop(0) is a and len(net) == 2
    with pytest.raises(tenet.IndexError, match="Sequential: index 2 is out of range for 2 modules."):
        net[2]
    assert len(nn.Sequential(a) + nn.Sequential(b)) == 2


def test_sequential_with_names() -> None:
    net = nn.Sequential(OrderedDict(first=nn.Linear(1, 2), second=nn.ReLU()))
    assert net.first is net[0] and list(net.state_dict()) == ["first.weight", "first.bias"]
    assert repr(net).splitlines()[1] == "  (first): Linear(in_features=1, out_features=2, bias=True)"


def test_module_list() -> None:
    a, b, c = layers(3)
    parts = nn.ModuleList([a])
    parts += [b]
    parts.extend([c])
    assert list(parts) == [a, b, c] and parts[-1] is c and list(parts[:2]) == [a, b] and b in parts
    assert len(list(parts.parameters())) == 6 and list(parts + [a]) == [a, b, c, a]
    with pytest.raises(TypeError):
        parts.append(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="indices must be integers or slices, not str"):
        parts["0"]


def test_module_dict() -> None:
    a, b = layers(2)
    parts = nn.ModuleDict({"a": a})
    parts["b"] = b
    assert parts["a"] is a and parts.a is a and list(parts) == ["a", "b"] and "b" in parts and len(parts) == 2
    assert list(parts.state_dict()) == ["a.weight", "a.bias", "b.weight", "b.bias"]
    assert parts.pop("a") is a and list(parts.items()) == [("b", b)]
    parts.clear()
    assert list(parts.values()) == []


def test_parameter_list_and_dict() -> None:
    weights = nn.ParameterList([tenet.ones(1), nn.Parameter(tenet.ones(2))])
    weights.append(tenet.ones(3))
    assert [w.shape[0] for w in weights] == [1, 2, 3] and all(isinstance(w, nn.Parameter) for w in weights)
    assert list(weights.state_dict()) == ["0", "1", "2"] and weights[-1].shape == (3,) and len(weights[:2]) == 2
    named = nn.ParameterDict({"a": tenet.ones(1)})
    named["b"] = tenet.ones(2)
    assert list(named.keys()) == ["a", "b"] and named.b is named["b"] and len(list(named.parameters())) == 2
    del named["a"]
    assert "a" not in named


def test_a_sequence_is_added_and_repeated() -> None:
    a, b = layers(2)
    net = nn.Sequential(a)
    assert list(net + nn.Sequential(b)) == [a, b] and list(net * 2) == list(2 * net) == [a, a]
    net += nn.Sequential(b)
    net *= 2
    assert list(net) == [a, b, a, b]
    with pytest.raises(tenet.IndexError, match="Sequential.insert: 9 is out of range for 4 modules."):
        net.insert(9, a)
    with pytest.raises(tenet.ValueError, match="only another Sequential can be added, not a list"):
        net + [a]  # type: ignore[operator]


def test_what_is_no_iterable() -> None:
    methods: Any = (nn.ModuleList().extend, nn.ParameterList().extend, nn.ModuleDict().update, nn.ParameterDict().update)
    for extend in methods:
        with pytest.raises(TypeError, match="should be called with an iterable, but got int"):
            extend(3)
    with pytest.raises(tenet.ValueError, match="element 0 has length 3; 2 is required"):
        nn.ModuleDict().update([("a", nn.ReLU(), 1)])  # type: ignore[list-item]


def test_modules_that_read_alike_are_written_once() -> None:
    assert repr(nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh()])) == "ModuleList(\n  (0-1): 2 x ReLU()\n  (2): Tanh()\n)"
    assert repr(nn.ModuleList()) == "ModuleList()"


def test_parameters_beside_other_values() -> None:
    weights = nn.ParameterList([tenet.ones(2, 3), 5])
    assert weights[1] == 5 and list(weights.state_dict()) == ["0"]
    assert repr(weights) == ("ParameterList(\n    (0): Parameter containing: [tenet.float32 of size 2x3]\n"
                             "    (1): Object of type: int\n)")
    named = nn.ParameterDict({"a": tenet.ones(1), "n": 4})
    assert named.pop("n") == 4 and named.get("z") is None and named.setdefault("b", tenet.ones(1)) is named["b"]
    assert list(named | {"c": tenet.ones(1)}) == ["a", "b", "c"] and list(reversed(named)) == ["b", "a"]
    assert named.popitem()[0] == "b" and named != named.copy() and named.copy()["a"] is named["a"] and named in {named}
    named.clear()
    with pytest.raises(KeyError):
        named["a"]
    with pytest.raises(TypeError, match="Keys are strings"):
        named[3] = tenet.ones(1)  # type: ignore[index]
