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
