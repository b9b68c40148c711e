"""Whether two results are nearly the same, and where they are not."""
import sys
from collections.abc import Mapping, Sequence

from tenet import _C
from tenet._C import Tensor

_TOLERANCES = {_C.float32: (1.3e-6, 1e-5), _C.float64: (1e-7, 1e-7)}  # rtol, atol: PyTorch's
_SHOWN = 5


def assert_close(actual, expected, *, rtol=None, atol=None, equal_nan=False, check_dtype=True, check_device=True, msg=None):
    """|actual - expected| <= atol + rtol |expected|, for tensors, numbers, arrays, and sequences and mappings of them.

    rtol and atol are given both or neither; the defaults are 1.3e-6 and 1e-5 for float32, 1e-7 and 1e-7 for float64, and
    0 for integers and bools. NaNs are close to nothing, with equal_nan to each other. Raises AssertionError that says
    how many elements differ, by how much at most, and shows the first; msg, a text or a function of it, takes its place.
    """
    if (rtol is None) != (atol is None):
        raise _C.ValueError("assert_close: rtol and atol are given both or neither.")
    options = _Options(rtol, atol, equal_nan, check_dtype, check_device)
    text = _compare(actual, expected, options, "")
    if text:
        raise AssertionError(text if msg is None else msg(text) if callable(msg) else msg)


class _Options:
    def __init__(self, rtol, atol, equal_nan, check_dtype, check_device):
        self.rtol, self.atol, self.equal_nan = rtol, atol, equal_nan
        self.check_dtype, self.check_device = check_dtype, check_device

    def tolerances(self, *dtypes):
        if self.rtol is not None:
            return self.rtol, self.atol
        known = [_TOLERANCES.get(dtype, (0.0, 0.0)) for dtype in dtypes]
        return max(r for r, _ in known), max(a for _, a in known)


def _compare(actual, expected, options, place):
    """What is wrong, or nothing. `place` is where in a nested structure: "['weights'][0]"."""
    if isinstance(expected, Mapping):
        return _compare_mappings(actual, expected, options, place)
    if isinstance(expected, Sequence) and not isinstance(expected, str):
        return _compare_sequences(actual, expected, options, place)
    if isinstance(actual, (Mapping, Sequence)):
        return f"{_at(place)}a {type(actual).__name__} is not a {type(expected).__name__}."
    return _compare_tensors(_tensor(actual, place), _tensor(expected, place), options, place,
                            both_tensors=isinstance(actual, Tensor) and isinstance(expected, Tensor))


def _compare_mappings(actual, expected, options, place):
    if not isinstance(actual, Mapping) or set(actual) != set(expected):
        keys = sorted(map(repr, actual)) if isinstance(actual, Mapping) else f"a {type(actual).__name__}"
        return f"{_at(place)}the keys differ: {keys}, but {sorted(map(repr, expected))} are expected."
    return _first(_compare(actual[key], expected[key], options, f"{place}[{key!r}]") for key in expected)


def _compare_sequences(actual, expected, options, place):
    if not isinstance(actual, Sequence) or isinstance(actual, str) or len(actual) != len(expected):
        length = len(actual) if isinstance(actual, Sequence) else f"a {type(actual).__name__}"
        return f"{_at(place)}the lengths differ: {length}, but {len(expected)} is expected."
    return _first(_compare(a, e, options, f"{place}[{i}]") for i, (a, e) in enumerate(zip(actual, expected)))


def _first(texts):
    return next((text for text in texts if text), None)


def _at(place):
    return f"the item at {place}: " if place else ""


def _tensor(value, place):
    if isinstance(value, Tensor):
        return value.detach()
    numpy = sys.modules.get("numpy")
    if isinstance(value, (bool, int, float)) or (numpy and isinstance(value, (numpy.ndarray, numpy.generic))):
        return _C.tensor(value, dtype=_C.float64 if isinstance(value, float) else None)
    raise TypeError(f"assert_close: {_at(place)}a {type(value).__name__} cannot be compared. Give tensors, numbers, arrays, or "
                    "sequences and mappings of them.")


def _compare_tensors(actual, expected, options, place, both_tensors):
    if actual.shape != expected.shape:
        return f"{_at(place)}the shapes differ: {tuple(actual.shape)}, but {tuple(expected.shape)} is expected."
    if both_tensors and options.check_dtype and actual.dtype != expected.dtype:
        return (f"{_at(place)}the types differ: {actual.dtype}, but {expected.dtype} is expected. check_dtype=False compares "
                "values alone.")
    if both_tensors and options.check_device and actual.device != expected.device:
        return f"{_at(place)}the devices differ: {actual.device}, but {expected.device} is expected."
    rtol, atol = options.tolerances(actual.dtype, expected.dtype)
    wrong = ~_close(actual, expected, rtol, atol, options.equal_nan)
    return _report(actual, expected, wrong, rtol, atol, place) if wrong.any() else None


def _close(actual, expected, rtol, atol, equal_nan):
    same = actual == expected  # also of infinities, and exact for integers
    if rtol == 0 and atol == 0:
        close = same
    else:
        a, e = actual.to(_C.float64), expected.to(_C.float64)
        close = same | ((e.abs() != float("inf")) & ((a - e).abs() <= atol + rtol * e.abs()))
    return close | (_C.isnan(actual) & _C.isnan(expected)) if equal_nan else close


def _report(actual, expected, wrong, rtol, atol, place):
    a, e = actual.to(_C.float64), expected.to(_C.float64)
    difference = (a - e).abs()
    positions = wrong.nonzero().tolist()
    count = f"{len(positions)} of {actual.numel()} elements differ" if actual.dim() else "the numbers differ"
    lines = [f"{_at(place)}{count}, by more than {atol:g} + {rtol:g} |expected|."]
    worst = max(positions, key=lambda p: _number(difference[tuple(p)]))
    largest = _number(difference[tuple(worst)])
    lines.append(f"  greatest difference {largest:g}{_where(worst)}")
    relative = [(_number(difference[tuple(p)]) / abs(e[tuple(p)].item()), p) for p in positions if e[tuple(p)].item() != 0]
    if relative:
        greatest, at = max(relative, key=lambda pair: pair[0])
        lines.append(f"  greatest relative difference {greatest:g}{_where(at)}")
    rows = [("index", "actual", "expected", "difference")]
    for p in positions[:_SHOWN]:
        rows.append((str(tuple(p)), *(f"{t[tuple(p)].item():.9g}" if t.is_floating_point() else str(t[tuple(p)].item())
                                      for t in (actual, expected)), f"{difference[tuple(p)].item():.3g}"))
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines += ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows]
    if len(positions) > _SHOWN:
        lines.append(f"  ... and {len(positions) - _SHOWN} more")
    return "\n".join(lines)


def _number(x):
    """For comparing: a NaN is the greatest difference."""
    value = x.item()
    return value if value == value else float("inf")


def _where(position):
    return f" at {tuple(position)}" if position else ""
