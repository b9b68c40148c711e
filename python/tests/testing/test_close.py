"""assert_close."""
import numpy as np
import pytest
import tenet
from hypothesis import given, settings
from hypothesis import strategies as st
from tenet.testing import assert_close

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("actual, expected", [
    (tenet.ones(3), tenet.ones(3)), (1.0, 1.0 + 1e-8), (tenet.ones(2), tenet.ones(2) * (1 + 1e-6)), (3, 3), (True, True),
    ({"a": [tenet.ones(1), (2.0,)]}, {"a": [tenet.ones(1), (2.0,)]}), (np.ones(2), np.ones(2)), (tenet.ones(2), np.ones(2)),
    (tenet.tensor([INF, -INF]), tenet.tensor([INF, -INF])), ([], []), (tenet.zeros(0), tenet.zeros(0)),
    (tenet.tensor(1 << 62), tenet.tensor(1 << 62)),
])
def test_close(actual, expected):
    assert_close(actual, expected)


@pytest.mark.parametrize("actual, expected, text", [
    (tenet.ones(3), tenet.ones(4), r"the shapes differ: \(3,\), but \(4,\) is expected."),
    (tenet.ones(3), tenet.ones(3, dtype=tenet.float64), "the types differ: tenet.float32, but tenet.float64 is expected. check_dtype"),
    (tenet.tensor((1 << 62) + 1), tenet.tensor(1 << 62), "the numbers differ"),
    (tenet.tensor([1.0, NAN]), tenet.tensor([1.0, NAN]), "1 of 2 elements differ"),
    (tenet.tensor([INF]), tenet.tensor([1e38]), "1 of 1 elements differ"), (tenet.tensor([1e38]), tenet.tensor([INF]), "1 of 1"),
    ({"a": [1, 2.5]}, {"a": [1, 2.75]}, r"the item at \['a'\]\[1\]: the numbers differ"),
    ({"a": 1}, {"b": 1}, r"the keys differ"), ([1], [1, 2], "the lengths differ: 1, but 2 is expected"), ([1], 1, "a list is not a int"),
    (1, [1], "the lengths differ: a int"), (1, {"a": 1}, "the keys differ: a int"),
])
def test_not_close(actual, expected, text):
    with pytest.raises(AssertionError, match=text):
        assert_close(actual, expected)


def test_the_message_shows_where():
    expected = tenet.arange(8.0).view(2, 4)
    actual = expected.clone()
    actual[0, 1], actual[1, 2] = 1.5, 8
    with pytest.raises(AssertionError) as caught:
        assert_close(actual, expected)
    assert str(caught.value) == (
        "2 of 8 elements differ, by more than 1e-05 + 1.3e-06 |expected|.\n"
        "  greatest difference 2 at (1, 2)\n"
        "  greatest relative difference 0.5 at (0, 1)\n"
        "   index  actual  expected  difference\n"
        "  (0, 1)     1.5         1         0.5\n"
        "  (1, 2)       8         6           2")


def test_options():
    one, other = tenet.ones(2), tenet.ones(2, dtype=tenet.float64) * 1.5
    assert_close(one, other, rtol=0, atol=0.5, check_dtype=False)
    assert_close(tenet.tensor(NAN), tenet.tensor(NAN), equal_nan=True)
    with pytest.raises(AssertionError, match="^mine$"):
        assert_close(1, 2, msg="mine")
    with pytest.raises(AssertionError, match="more: the numbers"):
        assert_close(1, 2, msg=lambda text: "more: " + text)
    with pytest.raises(tenet.ValueError, match="both or neither"):
        assert_close(1, 1, rtol=0.1)
    with pytest.raises(TypeError, match="a object cannot be compared"):
        assert_close(object(), object())


NUMBERS = st.sampled_from([0.0, 1.0, 1.0 + 1e-7, 1.0 + 1e-5, -2.0, 1e-7, INF, -INF, NAN])


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4), st.booleans())
def test_agrees_with_numpy(pairs, equal_nan):
    actual, expected = [np.array([pair[i] for pair in pairs]) for i in (0, 1)]
    close = np.allclose(actual, expected, rtol=1e-6, atol=1e-6, equal_nan=equal_nan)
    try:
        assert_close(actual, expected, rtol=1e-6, atol=1e-6, equal_nan=equal_nan)
        assert close
    except AssertionError as error:
        assert "differ" in str(error) and not close
