import collections
import re
from typing import Any

import numpy as np
import pytest
import tenet
from hypothesis import given
from hypothesis import strategies as st
from tenet.testing import assert_close
from tenet.testing.strategies import dtypes, numbers, shapes, tensors

INF, NAN = float("inf"), float("nan")


def complaint(actual: Any, expected: Any, **options: Any) -> Any:
    """The text of the AssertionError, or None if there is none."""
    try:
        assert_close(actual, expected, **options)
    except AssertionError as error:
        return str(error)
    return None


def t(*values: Any, dtype: tenet.dtype = tenet.float32) -> Any:
    return tenet.tensor(values, dtype=dtype)


# --- The rule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype, rtol, atol", [(tenet.float32, 1.3e-6, 1e-5), (tenet.float64, 1e-7, 1e-7)])
@pytest.mark.parametrize("expected", [0.0, 1.0, -1000.0])
def test_default_tolerances_are_those_of_the_type(dtype: tenet.dtype, rtol: Any, atol: Any, expected: Any) -> None:
    allowed = atol + rtol * abs(expected)
    ulp = abs(expected) * (6e-8 if dtype == tenet.float32 else 2e-16)
    assert complaint(t(expected + allowed - ulp, dtype=dtype), t(expected, dtype=dtype), rtol=rtol, atol=atol) is None
    assert complaint(t(expected + 0.9 * allowed, dtype=dtype), t(expected, dtype=dtype)) is None
    assert complaint(t(expected - 1.1 * allowed, dtype=dtype), t(expected, dtype=dtype)) is not None


@pytest.mark.parametrize("dtype", [tenet.int64, tenet.int32, tenet.uint8])
def test_integers_and_bools_are_compared_exactly(dtype: tenet.dtype) -> None:
    assert complaint(t(100, dtype=dtype), t(100, dtype=dtype)) is None
    assert complaint(t(100, dtype=dtype), t(101, dtype=dtype)) is not None
    assert complaint(t(True, dtype=tenet.bool), t(False, dtype=tenet.bool)) is not None


def test_the_wider_tolerance_holds_where_types_differ() -> None:
    assert complaint(t(1 + 5e-6), t(1.0, dtype=tenet.float64), check_dtype=False) is None
    assert complaint(t(1 + 5e-6, dtype=tenet.float64), t(1.0, dtype=tenet.float64)) is not None


def test_the_relative_tolerance_is_of_what_is_expected() -> None:
    assert complaint(1.0, 2.0, rtol=0.5, atol=0.0) is None
    assert complaint(2.0, 1.0, rtol=0.5, atol=0.0) is not None


@pytest.mark.parametrize("actual, expected", [(2**60 + 1, 2**60), (2**63 - 1, 2**63 - 2), (-2**63, 2**63 - 1)])
def test_huge_integers_are_exact_with_tolerances_too(actual: Any, expected: Any) -> None:
    for options in {}, {"rtol": 0.0, "atol": 0.5}:
        assert complaint(t(actual, dtype=tenet.int64), t(expected, dtype=tenet.int64), **options) is not None
    assert complaint(t(actual, dtype=tenet.int64), t(expected, dtype=tenet.int64), rtol=0.0, atol=2.0**65) is None


def test_a_difference_that_overflows_int64_is_still_large() -> None:
    least, greatest = t(-2**63, dtype=tenet.int64), t(2**63 - 1, dtype=tenet.int64)
    assert "absolute difference 1.84467e+19" in complaint(least, greatest, rtol=0.0, atol=1.5)  # it wraps around to 1


def test_an_integer_beside_a_float_is_judged_in_float64() -> None:
    assert complaint(t(2**24 + 1, dtype=tenet.int64), t(2.0**24), check_dtype=False, rtol=0, atol=0) is not None


@pytest.mark.parametrize("actual, expected, close", [(INF, INF, True), (-INF, INF, False), (INF, 1.0, False),
                                                     (1.0, INF, False)])
def test_an_infinity_is_close_to_itself_alone(actual: Any, expected: Any, close: Any) -> None:
    assert (complaint(t(actual), t(expected), rtol=1.0, atol=INF) is None) == close


def test_nan_is_close_to_nan_only_where_that_is_asked_for() -> None:
    assert complaint(t(NAN), t(NAN)) is not None
    assert complaint(t(NAN, 1.0), t(NAN, 1.0), equal_nan=True) is None
    assert complaint(t(NAN), t(1.0), equal_nan=True) is not None
    assert complaint(t(1.0), t(NAN), equal_nan=True, rtol=1.0, atol=INF) is not None


@given(st.data(), shapes(max_dims=2), st.sampled_from([0.0, 0.01, 0.5]), st.sampled_from([0.0, 1.0, 50.0]),
       st.booleans(), st.sampled_from([tenet.float32, tenet.float64]))
def test_the_verdict_is_that_of_numpy(data: Any, shape: tuple[int, ...], rtol: Any, atol: Any, equal_nan: Any,
                                      dtype: tenet.dtype) -> None:
    elements = numbers(dtype) | st.sampled_from([0.0, 1.0, INF, -INF, NAN])
    actual, expected = (data.draw(tensors(shape, dtype, elements)) for _ in range(2))
    wide = [x.numpy().astype(np.float64) for x in (actual, expected)]
    try:
        np.testing.assert_allclose(*wide, rtol=rtol, atol=atol, equal_nan=equal_nan)  # type: ignore[call-overload]
        close = True
    except AssertionError:
        close = False
    assert (complaint(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan) is None) == close


@given(st.data(), dtypes())
def test_whatever_is_the_same_is_close(data: Any, dtype: tenet.dtype) -> None:
    x = data.draw(tensors(dtype=dtype))
    assert_close(x, x.clone())
    assert_close(x, x, rtol=0.0, atol=0.0)


# --- What can be compared -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("same", [
    (1, 1), (1.5, 1.5), (True, True), (None, None), (t(1.0), 1.0), (2.0, t(2.0)), (t(1.0, 2.0), np.array([1.0, 2.0])),
    (np.arange(3), np.arange(3)), (np.float32(1), 1.0), ([1, t(2.0)], (1, t(2.0))),
    ({"a": 1}, collections.OrderedDict(a=1)),
    ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}), ((), []), (tenet.zeros(2, 0), tenet.zeros(2, 0)),
    (tenet.ones(2, 3).shape, (2, 3))], ids=str)
def test_what_is_alike_is_close(same: Any) -> None:
    actual, expected = same
    if isinstance(actual, float) or isinstance(expected, float):  # a number has no dimensions
        actual, expected = (x.reshape(()) if isinstance(x, tenet.Tensor) else x for x in same)
    assert_close(actual, expected)


def test_tensors_that_require_grad_are_compared_by_value() -> None:
    x = t(1.0).requires_grad_()
    assert_close(2 * x, t(2.0))


@pytest.mark.parametrize("actual, expected, text", [
    (t(1.0, 2.0), t(1.0), "the shapes differ: (2,), but (1,) is expected; nothing is broadcast."),
    (t(1.0), 1.0, "the shapes differ: (1,), but () is expected; nothing is broadcast."),
    (t(1.0), t(1.0, dtype=tenet.float64), "the types differ: tenet.float32, but tenet.float64 is expected; with "
                                          "check_dtype=False values alone are compared."),
    (np.zeros(1, np.float32), np.zeros(1), "the types differ: float32, but float64 is expected; with "
                                           "check_dtype=False values alone are compared."),
    (1, 1.0, "the types differ: int, but float is expected; with check_dtype=False values alone are compared."),
    ([1, 2], [1], "the lengths differ: 2, but 1 is expected."),
    ({"a": 1, "b": 2}, {"b": 2, "c": 3}, "the keys differ: missing ['c'], not expected ['a']."),
    ([1.0], t(1.0), "list came where Tensor is expected; only alike structures are compared."),
    ({"a": 1}, [1], "dict came where list is expected; only alike structures are compared."),
    (1, None, "int came where NoneType is expected; only alike structures are compared."),
    ({"a": [1, (2, t(3.0))]}, {"a": [1, (2, t(3.0, 4.0))]},
     "the item at ['a'][1][1]: the shapes differ: (1,), but (2,) is expected; nothing is broadcast."),
    ([{0: [1]}], [{0: [1, 2]}], "the item at [0][0]: the lengths differ: 1, but 2 is expected."),
])
def test_what_differs_in_kind_is_named(actual: Any, expected: Any, text: str) -> None:
    assert complaint(actual, expected) == text


def test_types_are_passed_over_where_that_is_asked_for() -> None:
    assert_close(t(1.0), t(1, dtype=tenet.int64), check_dtype=False)
    assert_close(1, 1.0, check_dtype=False)


@pytest.mark.parametrize("value", ["text", b"bytes", 1j, {1, 2}, object()], ids=lambda value: type(value).__name__)
def test_what_cannot_be_compared_is_refused(value: Any) -> None:
    text = rf"assert_close: the item at \[0\]: a {type(value).__name__} cannot be compared. Give tensors, numbers"
    with pytest.raises(TypeError, match=text):
        assert_close([value], [value])


def test_integers_beyond_int64_are_refused() -> None:
    with pytest.raises(tenet.ValueError, match="assert_close: 9223372036854775808 does not fit into int64. Compare"):
        assert_close(2**63, 2**63)


@pytest.mark.parametrize("options, text", [
    ({"rtol": 0.1}, "rtol=0.1 and atol=None, but they are given both or neither."),
    ({"atol": 0.1}, "rtol=None and atol=0.1, but they are given both or neither."),
    ({"rtol": -1, "atol": 0}, "rtol=-1 and atol=0 must not be negative."),
    ({"rtol": 0, "atol": NAN}, "rtol=0 and atol=nan must not be negative.")])
def test_tolerances_without_meaning_are_refused(options: Any, text: str) -> None:
    with pytest.raises(tenet.ValueError, match=re.escape(f"assert_close: {text}")):
        assert_close(1.0, 1.0, **options)


# --- The message --------------------------------------------------------------------------------------------------


def test_the_report_counts_and_shows_where() -> None:
    actual = tenet.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 50.0]])
    assert complaint(actual, tenet.tensor([[0.0, 1.5, 2.0], [3.0, 4.0, 60.0]])) == """\
2 of 6 elements mismatch (33.3%): |actual - expected| > 1e-05 + 1.3e-06 |expected|
  greatest absolute difference 10 at (1, 2)
  greatest relative difference 0.333333 at (0, 1)
   index  actual  expected  difference
  (0, 1)       1       1.5         0.5
  (1, 2)      50        60          10"""


def test_the_table_is_short() -> None:
    text = complaint(tenet.arange(1000), tenet.arange(1, 1001))
    assert text.startswith("1000 of 1000 elements mismatch (100%)") and text.count("\n") == 9
    assert text.splitlines()[-2:] == ["   (4,)       4         5           1", "  ... and 995 more"]


def test_a_nan_is_the_greatest_difference() -> None:
    text = complaint(t(1.0, NAN, 5.0), t(2.0, 0.0, 0.0))
    assert "greatest absolute difference nan at (1,)" in text


def test_what_is_close_is_not_the_greatest_difference() -> None:
    text = complaint(t(1000.0, 0.0), t(1001.0, 0.5), rtol=0.1, atol=0.0)
    assert "1 of 2 elements" in text
    assert "absolute difference 0.5 at (1,)" in text and "relative difference 1 at (1,)" in text


def test_digits_tell_the_numbers_apart() -> None:
    assert "1.00000012" in complaint(t(1.0), t(1.0 + 2**-23), rtol=0, atol=0)
    assert "1.0000000000000002" in complaint(1.0, 1.0 + 2**-52, rtol=0, atol=0)
    text = complaint(t(2**60 + 1, dtype=tenet.int64), t(2**60, dtype=tenet.int64))
    assert re.search(r"\(0,\)  1152921504606846977  1152921504606846976 +1$", text)


def test_the_place_in_a_nested_structure_comes_first() -> None:
    text = complaint({"a": [1, t(1.0)], "b": 2}, {"a": [1, t(2.0)], "b": 3})
    assert text.startswith("the item at ['a'][1]: 1 of 1 elements mismatch")


def test_a_message_takes_the_place_of_the_report() -> None:
    assert complaint(1, 2, msg="not so") == "not so"
    assert complaint(1, 2, msg=lambda text: f"<{text[:6]}>") == "<1 of 1>"
    assert complaint(1, 1, msg="not so") is None


@given(st.data(), shapes(min_dims=1, max_dims=3), dtypes())
def test_the_report_is_right_about_random_tensors(data: Any, shape: tuple[int, ...], dtype: tenet.dtype) -> None:
    actual, expected = (data.draw(tensors(shape, dtype)) for _ in range(2))
    a, e = (x.numpy().astype(np.float64) for x in (actual, expected))
    wrong = a != e
    text = complaint(actual, expected, rtol=0.0, atol=0.0)
    if not wrong.any():
        assert text is None
        return
    assert text.startswith(f"{wrong.sum()} of {wrong.size} elements mismatch")
    worst = tuple(int(i) for i in np.unravel_index(np.argmax(np.abs(a - e)), wrong.shape))
    assert f"greatest absolute difference {np.abs(a - e).max():g} at {worst}" in text
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    assert text.splitlines()[4].strip().startswith(str(first))
