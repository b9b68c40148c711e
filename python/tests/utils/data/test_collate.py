"""Examples made into batches."""
import subprocess
import sys
from collections import OrderedDict, defaultdict, namedtuple
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import tenet
from tenet.utils.data import default_collate, default_convert

Point = namedtuple("Point", "x y")


def test_tensors_arrays_and_numbers() -> None:
    assert default_collate([tenet.ones(2), tenet.zeros(2)]).tolist() == [[1, 1], [0, 0]]
    assert default_collate([np.ones(2, np.float32), np.zeros(2, np.float32)]).dtype == tenet.float32
    assert default_collate([np.float64(1), np.float64(2)]).dtype == tenet.float64
    assert default_collate([1, 2]).dtype == tenet.int64 and default_collate([1.0, 2.0]).dtype == tenet.float64
    assert default_collate([True, False]).tolist() == [True, False]
    assert default_collate([np.bool_(True)]).dtype == tenet.bool
    assert default_collate([np.array(3), np.array(4)]).tolist() == [3, 4]
    assert default_collate([1, 2.5]).tolist() == [1, 2.5] == default_collate([np.float32(1), 2.5]).tolist()
    assert default_collate(["a", "b"]) == ["a", "b"] and default_collate([b"a"]) == [b"a"]


def test_a_batch_shares_no_memory_with_its_examples() -> None:
    array = np.ones(2, np.float32)
    batch = default_collate([array, array])
    array[0] = 5
    assert batch.tolist() == [[1, 1], [1, 1]]


def test_gradients_reach_the_examples() -> None:
    x = tenet.ones(2, requires_grad=True)
    default_collate([(x, 1), (3 * x, 2)])[0].sum().backward()
    assert x.grad.tolist() == [4, 4]


def test_structures() -> None:
    batch = default_collate([{"p": Point(1, (2.0, "a"))}, {"p": Point(3, (4.0, "b"))}])
    assert isinstance(batch["p"], Point) and batch["p"].x.tolist() == [1, 3]
    assert batch["p"].y[0].tolist() == [2, 4] and batch["p"].y[1] == ("a", "b")
    assert list(default_collate([OrderedDict(b=1, a=2)])) == ["b", "a"]
    batch = default_collate([defaultdict(list, a=1)])
    assert batch["a"].tolist() == [1] and batch["b"] == []
    assert type(default_collate([OrderedDict(a=1)])) is OrderedDict
    assert default_collate([MappingProxyType({"a": 1})])["a"].tolist() == [1]
    assert default_collate([(), ()]) == []
    assert [x.tolist() for x in default_collate([range(2), range(2)])] == [[0, 0], [1, 1]]


@pytest.mark.parametrize("batch, error, text", [
    ([{"a": [tenet.ones(1)]}, {"a": [tenet.ones(2)]}], tenet.ShapeError,
     r"default_collate: an example\['a'\]\[0\] has different shapes in a batch, \[\(1,\), \(2,\)\]"),
    ([[1], [1, 2]], tenet.ShapeError, r"an example has different lengths in a batch, \[1, 2\]"),
    ([(1, object())], TypeError, r"default_collate: an example\[1\] is a object."),
    ([None], TypeError, "an example is a NoneType."),
    ([{"a": tenet.ones(1)}, {"a": tenet.ones(1)}, {"a": None}], TypeError,
     r"an example\['a'\] is a Tensor in the first example of a batch, but a NoneType in example 2. Make them"),
    ([(0, 1), (0, "s")], TypeError,
     r"an example\[1\] is a int in the first example of a batch, but a str in example 1"),
    ([{"a": 1}, {"b": 1}], tenet.ValueError,
     "an example has the key 'a' in the first example of a batch, but not in example 1."),
    ([{"a": np.ones(2, np.float16)}], tenet.DTypeError, r"default_collate: an example\['a'\]: .*an array of float16"),
    ([(np.array(["s"]),)], TypeError, r"an example\[0\] is a ndarray of <U1. Batches are made of"),
    ([[1 << 70]], OverflowError, r"default_collate: an example\[0\]: tensor: an int lies outside int64"),
    ([], tenet.IndexError, "default_collate: the batch is empty. Give at least one example."),
])
def test_what_cannot_be_batched(batch: Any, error: type[BaseException], text: str) -> None:
    with pytest.raises(error, match=text):
        default_collate(batch)


def test_convert() -> None:
    converted = default_convert({"a": np.ones(2), "b": [Point(np.zeros(1), "text")], "c": 3})
    assert isinstance(converted["a"], tenet.Tensor) and isinstance(converted["b"][0].x, tenet.Tensor)
    assert converted["b"][0].y == "text" and converted["c"] == 3
    array = np.zeros(2)
    default_convert(array)[0] = 1
    assert array[0] == 1 and type(default_convert(OrderedDict(a=array))) is OrderedDict
    assert default_convert((1, "a")) == [1, "a"] and default_convert(np.array(["s"])).dtype.kind == "U"


def test_numpy_is_not_imported() -> None:
    program = ("import sys, tenet; from tenet.utils.data import DataLoader; "
               "assert [b.tolist() for b in DataLoader([1, 2, 3], 2)] == [[1, 2], [3]]; "
               "assert list(DataLoader([{'a': 's'}])) == [{'a': ['s']}]; "
               "assert 'numpy' not in sys.modules")
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
