"""Tensors, and what holds them, in files.

The file is in the safetensors format. A flat dict of tensors is such a file with its keys, which other libraries read;
for anything else the tensors are numbered, and what holds them is kept as JSON beside them. Reading a file never runs
code from it.
"""
from __future__ import annotations

import contextlib
import errno
import json
import os
import pathlib
import tempfile
from collections import OrderedDict
from numbers import Integral, Rational, Real
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor
from tenet.nn.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

File = Any  # a path, or a file open for bytes

_VERSION = 1
_KEY = "tenet.structure"


class _NotFoundError(_C.Error, FileNotFoundError):
    """There is no such file."""


def save(obj: Any, f: File, pickle_module: Any = None, pickle_protocol: int = 2,
         _use_new_zipfile_serialization: bool = True) -> None:
    """Writes tensors in nested dicts, lists and tuples, with numbers, strings, bools and None between them. Keys are
    strings, ints, floats, bools or None; their order survives. The file is there whole or not at all. Raises TypeError,
    before anything is written, naming the place of whatever else is found. f may be a file open for writing bytes, too.
    What follows it is PyTorch's and has no effect: nothing is pickled."""
    if hasattr(f, "write"):
        with _temporary() as file:
            save(obj, file)
            f.write(file.read_bytes())
        return
    path = _path(f)
    if _is_flat(obj):
        metadata = {} if list(obj) == sorted(obj) else {"tenet.order": json.dumps(list(obj))}
        kinds = {key: kind for key, value in obj.items() if (kind := _kind(value)) != "plain"}
        _C.save_tensors(dict(obj), path, {**metadata, **({"tenet.kinds": json.dumps(kinds)} if kinds else {})})
        return
    tensors: dict[str, Tensor] = {}
    structure = {"version": _VERSION, "object": _encode(obj, "the object", tensors, {}, set())}
    _C.save_tensors(tensors, path, {_KEY: json.dumps(structure)})


def load(f: File, map_location: Any = None, pickle_module: Any = None, *, weights_only: bool | None = None,
         mmap: bool | None = None) -> Any:
    """What save() wrote; a dict of tensors from a safetensors file of another library. Tensors that were one are one
    again. Raises FormatError naming file and rule if the file is not exact. f may be a file open for reading bytes,
    too: it is read to its end. The tensors come to the CPU, or to the device that map_location names. The other
    options are PyTorch's and have no effect: nothing but data is ever loaded."""
    device = map_location if isinstance(map_location, (str, _C.device)) else "cpu"
    if hasattr(f, "read"):
        with _temporary() as file:
            file.write_bytes(f.read())
            return load(file, device)
    path = _path(f)
    if not os.path.exists(path):
        raise _NotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    tensors, metadata = _C.load_tensors(path, device)
    try:
        if _KEY in metadata:
            structure = json.loads(metadata[_KEY])
            if structure["version"] != _VERSION:
                raise _C.FormatError(f"load: \"{path}\" has version {structure['version']} of the structure, but this tenet "
                                     f"reads {_VERSION}. Use a newer one.")
            return _decode(structure["object"], tensors)
        order = json.loads(metadata.get("tenet.order", "null"))
        kinds = json.loads(metadata.get("tenet.kinds", "{}"))
        return OrderedDict((key, _of_kind(tensors[key], kinds.get(key, "plain")))
                           for key in (sorted(tensors) if order is None else order))
    except _C.FormatError:
        raise
    except (LookupError, AttributeError, TypeError, ValueError, RecursionError) as error:
        raise _C.FormatError(f"load: \"{path}\": what holds the tensors cannot be read ({type(error).__name__}: {error}). "
                             "The file is damaged.") from None


def _dtypes() -> dict[str, Any]:
    return {str(value).rpartition(".")[2]: value for value in vars(_C).values() if isinstance(value, _C.dtype)}


def _path(f: File) -> str:
    try:
        return os.fspath(f)
    except TypeError:
        raise TypeError(f"save and load take a path or a file open for bytes, not a {type(f).__name__}.") from None


@contextlib.contextmanager
def _temporary() -> Iterator[pathlib.Path]:
    """A place for a file that is about to be copied."""
    with tempfile.TemporaryDirectory(prefix="tenet-") as folder:
        yield pathlib.Path(folder) / "file"


def _kind(value: Tensor) -> str:
    """What a tensor is beside its elements."""
    if isinstance(value, Parameter):
        return "parameter" if value.requires_grad else "frozen parameter"
    return "leaf" if value.requires_grad and value.is_leaf else "plain"


def _of_kind(x: Tensor, kind: str) -> Tensor:
    if kind in ("parameter", "frozen parameter"):
        return Parameter(x, kind == "parameter")
    if kind not in ("leaf", "plain"):
        raise ValueError(f"unknown kind of tensor {kind!r}")
    return x.requires_grad_(kind == "leaf")


def _is_flat(obj: Any) -> bool:
    return isinstance(obj, dict) and bool(obj) and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in obj.items())


def _encode(value: Any, place: str, tensors: dict[str, Tensor], numbers: Any, open_: Any) -> Any:
    """As JSON: numbers, strings, bools and None are themselves, all else is a list [kind, ...]."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Integral):  # NumPy's too
        return ["int", str(value)] if abs(int(value)) >= 1 << 53 else int(value)
    if isinstance(value, Real) and not isinstance(value, Rational):
        return float(value) if value - value == 0 else ["float", str(value)]
    if isinstance(value, Tensor):
        key = (value.data_ptr(), tuple(value.shape), value.stride(), value.dtype)
        if value.numel() == 0 or key not in numbers:
            numbers[key] = str(len(tensors))
            tensors[numbers[key]] = value.detach()
        return ["tensor", numbers[key], _kind(value)]
    if id(value) in open_:
        raise TypeError(f"save: {place} holds itself. Nothing was written.")
    open_ = open_ | {id(value)}
    if isinstance(value, dict):
        kind = "OrderedDict" if isinstance(value, OrderedDict) else "dict"
        return [kind, [[_encode_key(k, place), _encode(v, f"{place}[{k!r}]", tensors, numbers, open_)] for k, v in value.items()]]
    if type(value) in (list, tuple) or isinstance(value, _C.Size):
        kind = "Size" if isinstance(value, _C.Size) else type(value).__name__
        return [kind, [_encode(v, f"{place}[{i}]", tensors, numbers, open_) for i, v in enumerate(value)]]
    if isinstance(value, _C.dtype):
        return ["dtype", str(value).rpartition(".")[2]]
    if isinstance(value, _C.device):
        return ["device", str(value)]
    raise TypeError(f"save: {place} is a {type(value).__name__}. Only tensors, dicts, lists, tuples, numbers, strings, bools "
                    "and None can be saved. Nothing was written.")


def _encode_key(key: Any, place: str) -> Any:
    if key is None or isinstance(key, (bool, str, int, float)):
        return _encode(key, place, {}, {}, set())
    raise TypeError(f"save: {place} has the key {key!r}, a {type(key).__name__}. Keys are strings, numbers, bools or None. "
                    "Nothing was written.")


def _decode(value: Any, tensors: dict[str, Tensor]) -> Any:
    if not isinstance(value, list):
        return value
    kind, content = value[0], value[1]
    if kind == "tensor":
        return _of_kind(tensors[content], value[2])
    if kind in ("dict", "OrderedDict"):
        return (OrderedDict if kind == "OrderedDict" else dict)((_decode(k, tensors), _decode(v, tensors)) for k, v in content)
    if kind in ("list", "tuple", "Size"):
        items = [_decode(v, tensors) for v in content]
        return items if kind == "list" else tuple(items) if kind == "tuple" else _C.Size(items)
    if kind == "dtype":
        return _dtypes()[content]
    if kind == "device":
        return _C.device(content)
    if kind in ("int", "float"):
        return (int if kind == "int" else float)(content)
    raise ValueError(f"unknown kind {kind!r}")
