"""What the tests share."""
from typing import Any

import pytest
import tenet
from hypothesis import settings

# Random tests keep nothing between runs; what fails prints its example and how to draw it again.
settings.register_profile("tenet", database=None, deadline=None, print_blob=True)
settings.load_profile("tenet")


@pytest.fixture(autouse=True)
def seeded() -> Any:
    """Every test draws the same numbers, whatever ran before, and leaves the tape on."""
    tenet.manual_seed(0)
    yield
    assert tenet.is_grad_enabled()
