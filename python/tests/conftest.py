"""What the tests share."""
import pytest
import tenet

pytest_plugins = ["tenet.testing.plugin"]


@pytest.fixture(autouse=True)
def seeded():
    """Every test draws the same numbers, whatever ran before, and leaves the tape on."""
    tenet.manual_seed(0)
    yield
    assert tenet.is_grad_enabled()
