"""What the initialisers share with PyTorch's beside their numbers."""
from typing import Any

import pytest
import tenet
from tenet.nn import init


def test_fans() -> None:
    assert init._calculate_fan_in_and_fan_out(tenet.empty(2, 3, 4, 5)) == (60, 40)
    assert init._calculate_correct_fan(tenet.empty(3, 4), "FAN_IN") == 4


@pytest.mark.parametrize("slope", ["0.1", True])
def test_a_slope_is_a_number(slope: Any) -> None:
    with pytest.raises(tenet.ValueError, match="negative_slope .* not a valid number"):
        init.calculate_gain("leaky_relu", slope)


def test_older_names_warn() -> None:
    with pytest.warns(FutureWarning, match="nn.init.constant is now nn.init.constant_"):
        assert init.constant(tenet.empty(2), 3).tolist() == [3, 3]
