"""Whether two results are nearly the same, and where they are not."""
from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet._C import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenet._C import dtype

_TOLERANCES = {_C.float32: (1.3e-6, 1e-5), _C.float64: (1e-7, 1e-7)}  # rtol, atol: PyTorch's
_SHOWN = 5


def assert_close(actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None,
                 equal_nan: bool = False, check_dtype: bool = True, check_device: bool = True,
                 msg: str | Callable[[str], str] | None = None) -> None:
    """|actual - expected| <= atol + rtol |expected| for every element, judged in float64; integers are exact.

    Takes tensors, numbers, NumPy arrays, None, and nested sequences and mappings of them. rtol and atol are given both
    or neither; the defaults are 1.3e-6 and 1e-5 for float32, 1e-7 and 1e-7 for float64, 0 for integers and bools, and
    the wider ones where the types differ. An infinity is close to itself alone; a NaN to nothing, with equal_nan to a
    NaN. check_dtype compares the types of two tensors, two arrays or two numbers; a number beside a tensor has none.

    Raises AssertionError that says what differs and where; msg, a text or a function of that text, takes its place.
    Raises TypeError for what cannot be compared, ValueError for tolerances without meaning.
    """
    _check_tolerances(rtol, atol)
    text = _compare(actual, expected, _Options(rtol, atol, equal_nan, check_dtype, check_device), "")
    if text:
        raise AssertionError(text if msg is None else msg(text) if callable(msg) else msg)


def _check_tolerances(rtol: float | None, atol: float | None) -> None:
    if (rtol is None) != (atol is None):
        raise _C.ValueError(f"assert_close: rtol={rtol} and atol={atol}, but they are given both or neither.")
    if rtol is not None and atol is not None and not (rtol >= 0 and atol >= 0):
        raise _C.ValueError(f"assert_close: rtol={rtol} and atol={atol} must not be negative.")


@dataclass(frozen=True)
class _Options:
    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_dtype: bool
    check_device: bool

    def tolerances(self, *dtypes: dtype) -> tuple[float, float]:
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        known = [_TOLERANCES.get(dtype, (0.0, 0.0)) for dtype in dtypes]
        return max(r for r, _ in known), max(a for _, a in known)


# --- Nested structures --------------------------------------------------------------------------------------------


def _compare(actual: Any, expected: Any, options: _Options, place: str) -> str | None:
    """What is wrong, or None. `place` is where in a nested structure: "['weights'][0]"."""
    for is_kind, compare in (_is_none, None), (_is_mapping, _compare_mappings), (_is_sequence, _compare_sequences):
        if is_kind(actual) != is_kind(expected):
            return (f"{_at(place)}{type(actual).__name__} came where {type(expected).__name__} is expected; only alike "
                    "structures are compared.")
        if is_kind(expected):
            return compare and compare(actual, expected, options, place)
    return _compare_values(_Value(actual, place), _Value(expected, place), options, place)


def _is_none(value: Any) -> bool:
    return value is None


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _compare_mappings(actual: Any, expected: Any, options: _Options, place: str) -> str | None:
    missing, additional = [k for k in expected if k not in actual], [k for k in actual if k not in expected]
    if missing or additional:
        return f"{_at(place)}the keys differ: missing {missing}, not expected {additional}."
    return _first(_compare(actual[key], expected[key], options, f"{place}[{key!r}]") for key in expected)


def _compare_sequences(actual: Any, expected: Any, options: _Options, place: str) -> str | None:
    if len(actual) != len(expected):
        return f"{_at(place)}the lengths differ: {len(actual)}, but {len(expected)} is expected."
    return _first(_compare(a, e, options, f"{place}[{i}]") for i, (a, e) in enumerate(zip(actual, expected)))


def _first(texts: Iterable[Any]) -> str | None:
    return next((text for text in texts if text), None)


def _at(place: str) -> str:
    return f"the item at {place}: " if place else ""


# --- Tensors ------------------------------------------------------------------------------------------------------


class _Value:
    """A tensor, array or number, as a tensor."""

    def __init__(self, value: Any, place: str) -> None:
        numpy = sys.modules.get("numpy")
        self.type: object
        if isinstance(value, Tensor):
            self.kind, self.tensor, self.type = "tensor", value.detach(), value.dtype
        elif numpy and isinstance(value, (numpy.ndarray, numpy.generic)):
            self.kind, self.tensor, self.type = "array", _C.tensor(value), value.dtype
        elif isinstance(value, (bool, int, float)):
            self.kind, self.tensor, self.type = "number", _number_tensor(value, place), type(value).__name__
        else:
            raise TypeError(f"assert_close: {_at(place)}a {type(value).__name__} cannot be compared. Give tensors, "
                            "numbers, arrays, None, or sequences and mappings of them.")


def _number_tensor(value: Any, place: str) -> Tensor:
    if isinstance(value, float):
        return _C.tensor(value, dtype=_C.float64)
    if not -2**63 <= value < 2**63:
        raise _C.ValueError(f"assert_close: {_at(place)}{value} does not fit into int64. Compare with ==, or give a "
                            "float.")
    return _C.tensor(value)


def _compare_values(actual: Any, expected: Any, options: _Options, place: str) -> str | None:
    a, e = actual.tensor, expected.tensor
    alike = actual.kind == expected.kind
    if a.shape != e.shape:
        return (f"{_at(place)}the shapes differ: {tuple(a.shape)}, but {tuple(e.shape)} is expected; nothing is "
                "broadcast.")
    if alike and options.check_dtype and actual.type != expected.type:
        return (f"{_at(place)}the types differ: {actual.type}, but {expected.type} is expected; with check_dtype=False "
                "values alone are compared.")
    if options.check_device and actual.kind == expected.kind == "tensor" and a.device != e.device:
        return (f"{_at(place)}the devices differ: {a.device}, but {e.device} is expected; with check_device=False "
                "values alone are compared.")
    comparison = _Comparison(a, e, *options.tolerances(a.dtype, e.dtype), options.equal_nan)
    return f"{_at(place)}{comparison.report()}" if comparison.wrong.any() else None


class _Comparison:
    """Two tensors of one shape, element by element."""

    def __init__(self, actual: Tensor, expected: Tensor, rtol: float, atol: float, equal_nan: bool) -> None:
        self.actual, self.expected, self.rtol, self.atol = actual, expected, rtol, atol
        a, e = actual.to(_C.float64), expected.to(_C.float64)
        self.difference = _distance(actual, expected)
        self.relative = self.difference / e.abs()
        close = (self.difference <= atol + rtol * e.abs()) & (self.difference < float("inf"))
        close = close | (self.difference == 0) | ((a == e) & (a.abs() == float("inf")))
        self.wrong = ~(close | (_C.isnan(a) & _C.isnan(e)) if equal_nan else close)

    def report(self) -> str:
        count, total = int(self.wrong.sum().item()), self.wrong.numel()
        lines = [f"{count} of {total} elements mismatch ({100 * count / total:.3g}%): |actual - expected| > "
                 f"{self.atol:g} + {self.rtol:g} |expected|"]
        for name, amounts in ("absolute", self.difference), ("relative", self.relative):
            worst = self._greatest(amounts)
            lines.append(f"  greatest {name} difference {amounts[worst].item():g} at {worst}")
        return "\n".join(lines + self._table(count))

    def _greatest(self, amounts: Tensor) -> Any:
        """Where, among what mismatches: a NaN is more than any number."""
        known = _C.where(_C.isnan(amounts), _C.full_like(amounts, float("inf")), amounts)
        place = _C.where(self.wrong, known, _C.full_like(known, -1)).flatten().argmax().item()
        position = []
        for extent in reversed(amounts.shape):
            place, here = divmod(place, extent)
            position.append(here)
        return tuple(reversed(position))

    def _table(self, count: int) -> list[str]:
        rows = [("index", "actual", "expected", "difference")]
        for position in map(tuple, self.wrong.nonzero()[:_SHOWN].tolist()):
            rows.append((str(position), _text(self.actual[position]), _text(self.expected[position]),
                         f"{self.difference[position].item():g}"))
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows]
        return lines + ([f"  ... and {count - _SHOWN} more"] if count > _SHOWN else [])


def _distance(actual: Tensor, expected: Tensor) -> Tensor:
    """|actual - expected| in float64: of integers the exact difference, rounded once."""
    rough = (actual.to(_C.float64) - expected.to(_C.float64)).abs()
    if actual.is_floating_point() or expected.is_floating_point():
        return rough
    exact = (actual.to(_C.int64) - expected.to(_C.int64)).abs().to(_C.float64)
    return _C.where(rough < 2.0**62, exact, rough)  # a difference that might not fit into int64 needs no last digit


def _text(x: Any) -> str:
    """Digits that tell apart any two numbers of the type."""
    return f"{x.item():.9g}" if x.dtype == _C.float32 else repr(x.item())
