"""Examples made into a batch."""
import sys
from collections.abc import Mapping, Sequence

from tenet import _C
from tenet._C import Tensor
from tenet.utils.data.dataset import Rows


def _is_array(value):
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)) and value.dtype.kind in "fiub"


def default_collate(batch):
    """A list of examples as one batch: tensors (and arrays) are stacked along a new first dimension, numbers become a
    tensor, strings stay a list, and dicts, lists and tuples are gone into. Raises TypeError for anything else, and
    ShapeError where sizes differ, naming the place in the example."""
    if isinstance(batch, Rows):
        return list(batch.columns)
    return _collate(batch, "an example")


def _collate(batch, place):
    first = batch[0]
    if isinstance(first, Tensor):
        return _stack(batch, place)
    if _is_array(first):
        return _stack([_C.as_tensor(x) for x in batch], place)
    if isinstance(first, float):
        return _C.tensor(batch, dtype=_C.float64)
    if isinstance(first, int):
        return _C.tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _like(first, {key: _collate([x[key] for x in batch], f"{place}[{key!r}]") for key in first})
    if isinstance(first, Sequence):
        lengths = {len(x) for x in batch}
        if len(lengths) > 1:
            raise _C.ShapeError(f"default_collate: {place} has different lengths in a batch, {sorted(lengths)}. Give a "
                                "collate_fn.")
        columns = [_collate(list(column), f"{place}[{i}]") for i, column in enumerate(zip(*batch))]
        return type(first)(*columns) if hasattr(first, "_fields") else columns
    raise TypeError(f"default_collate: {place} is a {type(first).__name__}. Batches are made of tensors, arrays, numbers, "
                    "strings, dicts and sequences of them; for anything else give a collate_fn.")


def _stack(tensors, place):
    shapes = {tuple(x.shape) for x in tensors}
    if len(shapes) > 1:
        raise _C.ShapeError(f"default_collate: {place} has different shapes in a batch, {sorted(shapes)}. Give a collate_fn "
                            "that pads, or make them one size.")
    return _C.stack(tensors)


def _like(mapping, values):
    """A mapping of the same type, where that can be made from a dict."""
    try:
        return type(mapping)(values)
    except TypeError:
        return values


def default_convert(data):
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
