"""tenet.save and tenet.load."""
import io
import json
import pickle
import struct
from collections import OrderedDict
from typing import Any
import pathlib
from fractions import Fraction

import numpy as np
import pytest
import tenet


@pytest.fixture
def path(tmp_path: pathlib.Path) -> Any:
    return tmp_path / "state.safetensors"


def same(a: Any, b: Any) -> Any:
    if isinstance(a, tenet.Tensor):
        return isinstance(b, tenet.Tensor) and a.dtype == b.dtype and tenet.equal(a.detach(), b.detach())
    if isinstance(a, dict):
        return type(a) is type(b) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


@pytest.mark.parametrize("value", [
    tenet.ones(2, 3), {}, [], (), None, True, 3, -0.5, "text", "\u00fc\u4e2d\n\"", float("inf"), float("-inf"), float("nan"),
    1 << 80, -(1 << 60), 1e300, 5e-324, 0.1,
    {"a": tenet.zeros(2), "b": [1, (2.5, None), {"c": True}]}, {1: "int", "1": "text", 1.5: None, None: 2, False: 3},
    OrderedDict(z=1, a=tenet.arange(3)), {"z": tenet.ones(1), "a": tenet.ones(2)}, [[], {}, ()],
    {"dtypes": [tenet.zeros(1, dtype=d) for d in (tenet.float64, tenet.int32, tenet.int64, tenet.uint8, tenet.bool)]},
    {"empty": tenet.zeros(0, 3), "scalar": tenet.tensor(2.5), "strided": tenet.arange(12).view(3, 4).T[1:, ::2]},
    {"type": tenet.float64, "device": tenet.device("cpu")}, [tenet.ones(2, 3).shape],
])
def test_comes_back(value: Any, path: Any) -> None:
    tenet.save(value, path)
    loaded = tenet.load(path)
    if isinstance(value, dict) and value and all(isinstance(v, tenet.Tensor) for v in value.values()):
        loaded = type(value)(loaded)  # a flat dict of tensors is a plain file
    assert same(value, loaded)


def test_the_keys_order_survives(path: Any) -> None:
    state = {"z": tenet.ones(1), "a": tenet.zeros(2), "m": tenet.ones(3, dtype=tenet.float64)}
    tenet.save(state, path)
    assert list(tenet.load(path)) == ["z", "a", "m"]


def test_a_flat_dict_is_a_plain_safetensors_file(path: Any) -> None:
    tenet.save({"weight": tenet.ones(2, 3), "bias": tenet.zeros(2)}, path)
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    assert header["weight"] == {"dtype": "F32", "shape": [2, 3], "data_offsets": header["weight"]["data_offsets"]}
    assert set(header) == {"__metadata__", "weight", "bias"}


def test_tensors_that_were_one_are_one_again(path: Any) -> None:
    x = tenet.ones(2)
    tenet.save([x, {"again": x}, tenet.ones(2)], path)
    first, second, third = tenet.load(path)
    assert second["again"] is not None
    first[0] = 5
    assert second["again"].tolist() == [5, 1] and third.tolist() == [1, 1]


def test_leaves_keep_requires_grad(path: Any) -> None:
    x = tenet.ones(2, requires_grad=True)
    tenet.save([x, x * 2], path)
    leaf, computed = tenet.load(path)
    assert leaf.requires_grad and not computed.requires_grad


class Thing:
    """Nothing that can be saved."""


@pytest.mark.parametrize("value, text", [
    (Thing(), "save: the object is a Thing. Only tensors, dicts, lists, tuples, numbers, strings, bools and None can be saved."),
    ({"a": [1, {"b": Thing()}]}, r"save: the object\['a'\]\[1\]\['b'\] is a Thing."),
    ({(1, 2): 3}, r"save: the object has the key \(1, 2\), a tuple. Keys are strings, numbers, bools or None."),
    ({"f": len}, r"save: the object\['f'\] is a builtin_function_or_method."), ({1, 2}, "is a set"), (b"x", "is a bytes"),
])
def test_what_cannot_be_saved_leaves_the_file(value: Any, text: str, path: Any) -> None:
    tenet.save([1], path)
    with pytest.raises(TypeError, match=text):
        tenet.save(value, path)
    assert tenet.load(path) == [1]


def test_what_holds_itself(path: Any) -> None:
    loop: Any = []
    loop.append({"inner": loop})
    with pytest.raises(TypeError, match=r"save: the object\[0\]\['inner'\] holds itself. Nothing was written."):
        tenet.save(loop, path)
    twice = [1]
    tenet.save([twice, twice], path)
    assert tenet.load(path) == [[1], [1]]


def test_nothing_is_unpickled(path: Any) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return exec, ("raise SystemExit",)

    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(tenet.FormatError, match="load: .*state.safetensors.*Nothing was loaded"):
        tenet.load(path)


@pytest.mark.parametrize("structure, text", [
    ("{", "JSONDecodeError"), ('{"version": 1}', "KeyError"), ('{"version": 1, "object": ["tensor", "9", "plain"]}', "KeyError"),
    ('{"version": 1, "object": ["call", "os.system"]}', "unknown kind 'call'"), ('{"version": 1, "object": ["dtype", "load"]}', "KeyError"), ('{"version": 2, "object": 1}', "has version 2"),
    ('{"version": 1, "object": ' + "[" * 10000 + "]" * 10000 + "}", "RecursionError|IndexError|Error"),
    ('{"version": 1, "object": []}', "IndexError|damaged"), ('{"version": 1, "object": ["dict", [[["list", []], 1]]]}', "TypeError"),
])
def test_damaged_structures(structure: Any, text: str, path: Any) -> None:
    tenet._C.save_tensors({"0": tenet.ones(1)}, str(path), {"tenet.structure": structure})
    with pytest.raises(tenet.FormatError, match=text):
        tenet.load(path)


def test_paths_and_places(path: Any) -> None:
    tenet.save([1], str(path))
    assert tenet.load(str(path), map_location="cpu", weights_only=True) == [1]
    with pytest.raises(tenet.DeviceError, match="device"):
        tenet.load(path, map_location="cuda:100")
    for place in (tenet.device("cpu"), {"cuda:0": "cpu"}, lambda storage, location: storage):
        assert tenet.load(path, place, mmap=False) == [1]
    with pytest.raises(TypeError, match="save and load take a path or a file open for bytes, not a int"):
        tenet.save([1], 3)
    for error in (tenet.Error, FileNotFoundError):
        with pytest.raises(error, match="nowhere"):
            tenet.load(path.parent / "nowhere")


def test_open_files(path: Any) -> None:
    value = {"a": tenet.ones(2), "step": 3}
    buffer = io.BytesIO()
    tenet.save(value, buffer)
    buffer.seek(0)
    assert same(value, tenet.load(buffer))
    with open(path, "wb") as file:
        tenet.save(value, file)
    with open(path, "rb") as file:
        assert same(value, tenet.load(file))


def test_parameters_stay_parameters(path: Any) -> None:
    for wrap in (lambda x: {"w": x}, lambda x: [x]):
        for value in (tenet.nn.Parameter(tenet.ones(1)), tenet.nn.Parameter(tenet.ones(1), False), tenet.ones(1, requires_grad=True)):
            tenet.save(wrap(value), path)
            loaded = tenet.load(path)
            (x,) = loaded.values() if isinstance(loaded, dict) else loaded
            assert type(x) is type(value) and x.requires_grad == value.requires_grad


def test_options_of_pickle_have_no_effect(path: Any) -> None:
    tenet.save({"a": tenet.ones(2)}, path, pickle, 4, _use_new_zipfile_serialization=True)
    same(tenet.load(path, "cpu", pickle, weights_only=False, mmap=True), {"a": tenet.ones(2)})
    tenet.save([1], path, pickle_module=pickle, pickle_protocol=2)
    assert tenet.load(path, map_location=None, pickle_module=pickle, weights_only=None) == [1]


def test_numbers_of_numpy_are_numbers(tmp_path: pathlib.Path) -> None:
    tenet.save({"best": np.float32(0.5), "epoch": np.int64(3), "loss": [np.float64(1.5), np.float32("nan")]}, tmp_path / "a")
    loaded = tenet.load(tmp_path / "a")
    assert loaded["best"] == 0.5 and loaded["epoch"] == 3 and type(loaded["epoch"]) is int
    assert loaded["loss"][0] == 1.5 and loaded["loss"][1] != loaded["loss"][1]
    with pytest.raises(TypeError, match="is a Fraction"):
        tenet.save([Fraction(1, 3)], tmp_path / "a")
