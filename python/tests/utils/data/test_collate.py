"""Examples made into batches."""
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
import tenet
from tenet.utils.data import default_collate, default_convert

Point = namedtuple("Point", "x y")


def test_tensors_arrays_and_numbers():
    assert default_collate([tenet.ones(2), tenet.zeros(2)]).tolist() == [[1, 1], [0, 0]]
    assert default_collate([np.ones(2, np.float32), np.zeros(2, np.float32)]).dtype == tenet.float32
    assert default_collate([np.float64(1), np.float64(2)]).dtype == tenet.float64
    assert default_collate([1, 2]).dtype == tenet.int64 and default_collate([1.0, 2.0]).dtype == tenet.float64
    assert default_collate([True, False]).tolist() == [True, False]
    assert default_collate(["a", "b"]) == ["a", "b"]


def test_structures():
    batch = default_collate([{"p": Point(1, (2.0, "a"))}, {"p": Point(3, (4.0, "b"))}])
    assert isinstance(batch["p"], Point) and batch["p"].x.tolist() == [1, 3]
    assert batch["p"].y[0].tolist() == [2, 4] and batch["p"].y[1] == ["a", "b"]
    assert isinstance(default_collate([OrderedDict(a=1)]), OrderedDict)


@pytest.mark.parametrize("batch, error, text", [
    ([{"a": [tenet.ones(1)]}, {"a": [tenet.ones(2)]}], tenet.ShapeError,
     r"default_collate: an example\['a'\]\[0\] has different shapes in a batch, \[\(1,\), \(2,\)\]"),
    ([[1], [1, 2]], tenet.ShapeError, r"an example has different lengths in a batch, \[1, 2\]"),
    ([(1, object())], TypeError, r"default_collate: an example\[1\] is a object."),
    ([None], TypeError, "an example is a NoneType."),
])
def test_what_cannot_be_batched(batch, error, text):
    with pytest.raises(error, match=text):
        default_collate(batch)


def test_convert():
    converted = default_convert({"a": np.ones(2), "b": [Point(np.zeros(1), "text")], "c": 3})
    assert isinstance(converted["a"], tenet.Tensor) and isinstance(converted["b"][0].x, tenet.Tensor)
    assert converted["b"][0].y == "text" and converted["c"] == 3
