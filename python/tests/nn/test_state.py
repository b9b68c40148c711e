"""What a module saves and loads beside its own tensors."""
from typing import Any

import pytest
import tenet
from tenet import nn


class Counter(nn.Module):
    """Keeps a number that is no tensor."""

    count = 0

    def get_extra_state(self) -> Any:
        return {"count": self.count}

    def set_extra_state(self, state: Any) -> None:
        self.count = state["count"]


class Renamed(nn.Linear):
    """Reads files in which its weight was called w."""

    _version = 2

    def _load_from_state_dict(self, state_dict: Any, prefix: str, local_metadata: Any, *args: Any) -> None:
        if local_metadata.get("version", 1) < 2:
            state_dict[prefix + "weight"] = state_dict.pop(prefix + "w")
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *args)

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        destination[prefix + "more"] = tenet.ones(1)


def test_extra_state() -> None:
    net, other = nn.Sequential(Counter()), nn.Sequential(Counter())
    net[0].count = 3
    state = net.state_dict()
    assert state == {"0._extra_state": {"count": 3}}
    other.load_state_dict(state)
    assert other[0].count == 3
    with pytest.raises(tenet.ValueError, match=r'Missing key\(s\) in state_dict: "0._extra_state"'):
        other.load_state_dict({})
    with pytest.raises(tenet.ValueError, match=r'Unexpected key\(s\) in state_dict: "0._extra_state"'):
        nn.Sequential(nn.ReLU()).load_state_dict(state)


def test_a_module_may_read_older_files() -> None:
    net = nn.Sequential(Renamed(1, 1))
    assert list(net.state_dict()) == ["0.weight", "0.bias", "0.more"]
    assert net.state_dict()._metadata["0"] == {"version": 2}  # type: ignore[attr-defined]
    net.load_state_dict({"0.w": tenet.full((1, 1), 5.0), "0.bias": tenet.zeros(1)})
    assert net[0].weight.item() == 5


def test_hooks_of_saving() -> None:
    layer, seen = nn.Linear(1, 1), []
    layer.register_state_dict_pre_hook(lambda module, prefix, keep_vars: seen.append((prefix, keep_vars)))
    with layer.register_state_dict_post_hook(lambda module, state, prefix, meta: state.pop(prefix + "bias") and None):
        assert list(nn.Sequential(layer).state_dict(keep_vars=True)) == ["0.weight"]
    assert list(layer.state_dict()) == ["weight", "bias"] and seen == [("0.", True), ("", False)]


def test_hooks_of_loading() -> None:
    layer, state = nn.Linear(1, 1), {"w": tenet.full((1, 1), 7.0)}
    layer.register_load_state_dict_pre_hook(lambda module, state, prefix, *rest: state.update(weight=state.pop("w")))
    seen = []

    def forgive(module: Any, keys: Any) -> None:
        seen.append((list(keys.missing_keys), module.weight.item()))
        keys.missing_keys.clear()

    layer.register_load_state_dict_post_hook(forgive)
    assert repr(layer.load_state_dict(state)) == "<All keys matched successfully>"
    assert seen == [(["bias"], 7.0)] and list(state) == ["w"]


def test_the_dict_may_be_given_by_place() -> None:
    there: Any = {}
    assert nn.Linear(1, 1).state_dict(there, "a.") is there and list(there) == ["a.weight", "a.bias"]


def test_a_state_is_a_dict() -> None:
    with pytest.raises(TypeError, match="takes what state_dict.. gives, not a list"):
        nn.Linear(1, 1).load_state_dict([])  # type: ignore[arg-type]


def test_one_number_in_brackets_becomes_a_number() -> None:
    net = nn.Module()
    net.p = nn.Parameter(tenet.tensor(2.0))
    net.register_buffer("b", tenet.tensor(2.0))
    net.load_state_dict({"p": tenet.ones(1), "b": tenet.ones(1)})
    assert net.p.item() == net.b.item() == 1 and net.p.shape == ()
    net.load_state_dict({"p": tenet.zeros(1), "b": tenet.zeros(1)}, assign=True)
    assert net.p.item() == net.b.item() == 0 and net.p.shape == net.b.shape == ()
    for value in (tenet.ones(2), tenet.ones(1, 1)):
        with pytest.raises(tenet.ValueError, match="size mismatch for p"):
            net.load_state_dict({"p": value, "b": tenet.ones(1)})
