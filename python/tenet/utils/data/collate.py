"""Examples made into a batch."""
from __future__ import annotations

import contextlib
import copy
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from tenet import _C
from tenet._C import Tensor
from tenet.utils.data.dataset import Rows


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)) and value.dtype.kind in "fiub"


def default_collate(batch: Sequence[Any]) -> Any:
    """A list of examples as one batch: tensors (and arrays) are stacked along a new first dimension, numbers become a
    tensor, strings stay a list, and dicts, lists and tuples are gone into. Raises TypeError for anything else and where
    kinds differ, ShapeError where sizes do, naming the place in the example."""
    if len(batch) == 0:
        raise _C.IndexError("default_collate: the batch is empty. Give at least one example.")
    if isinstance(batch, Rows):
        return list(batch.columns)
    return _collate(batch, "an example")


def _collate(batch: Sequence[Any], place: str) -> Any:
    first, kind = batch[0], _kind(batch[0])
    for i, x in enumerate(batch):
        if _kind(x) is not kind:
            raise TypeError(f"default_collate: {place} is a {type(first).__name__} in the first example of a batch, "
                            f"but a {type(x).__name__} in example {i}. Make them of one kind, or give a collate_fn.")
    if kind is None:
        dtype = f" of {first.dtype}" if hasattr(first, "dtype") else ""
        raise TypeError(f"default_collate: {place} is a {type(first).__name__}{dtype}. Batches are made of tensors, "
                        "arrays, numbers, strings, dicts and sequences of them; for anything else give a collate_fn.")
    return kind(batch, place)


def _kind(value: Any) -> Any:
    """The function that makes a batch of such values, None if there is none."""
    if isinstance(value, (Tensor, int, float)) or _is_array(value):
        return _tensor
    if isinstance(value, (str, bytes)):
        return _strings
    if isinstance(value, Mapping):
        return _mapping
    return _sequence if isinstance(value, Sequence) else None


def _strings(batch: Sequence[Any], place: str) -> Any:
    return batch


def _mapping(batch: Sequence[Any], place: str) -> Any:
    first = batch[0]
    for i, x in enumerate(batch):
        if missing := [key for key in first if key not in x]:
            raise _C.ValueError(f"default_collate: {place} has the key {missing[0]!r} in the first example of a batch, "
                                f"but not in example {i}. All need the same keys.")
    return _like(first, {key: _collate([x[key] for x in batch], f"{place}[{key!r}]") for key in first})


def _sequence(batch: Sequence[Any], place: str) -> Any:
    lengths = {len(x) for x in batch}
    if len(lengths) > 1:
        raise _C.ShapeError(f"default_collate: {place} has different lengths in a batch, {sorted(lengths)}. Give a "
                            "collate_fn.")
    columns = [_collate(column, f"{place}[{i}]") for i, column in enumerate(zip(*batch))]
    return type(batch[0])(*columns) if hasattr(batch[0], "_fields") else columns


def _tensor(batch: Sequence[Any], place: str) -> Tensor:
    with _at(place):
        if all(isinstance(x, (int, float)) for x in batch):
            return _C.tensor(batch, dtype=_C.float64 if isinstance(batch[0], float) else None)
        tensors = [_C.as_tensor(x) for x in batch]
    shapes = {tuple(x.shape) for x in tensors}
    if len(shapes) > 1:
        raise _C.ShapeError(f"default_collate: {place} has different shapes in a batch, {sorted(shapes)}. Give a "
                            "collate_fn that pads, or make them one size.")
    with _at(place):
        return _C.stack(tensors)


@contextlib.contextmanager
def _at(place: str) -> Iterator[None]:
    """Errors of Tenet name the place in the example."""
    try:
        yield
    except (_C.Error, OverflowError) as error:
        raise type(error)(f"default_collate: {place}: {error}") from error


def _like(mapping: Any, values: Any) -> Any:
    """A mapping of the same type and, if it can be changed, with the same attributes; a dict where there can be
    none."""
    try:
        if isinstance(mapping, MutableMapping):
            result = copy.copy(mapping)
            result.update(values)
            return result
        return type(mapping)(values)
    except TypeError:
        return values


def default_convert(data: Any) -> Any:
    """What a loader without batches makes of an example: arrays become tensors, wherever they are in it."""
    if _is_array(data):
        return _C.as_tensor(data)
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(default_convert(x) for x in data))
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return [default_convert(x) for x in data]
    return data
