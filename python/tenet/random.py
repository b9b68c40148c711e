"""The state of the default generator, which all draws that name no other take their numbers from."""
from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from tenet._C import default_generator, initial_seed as initial_seed, manual_seed as manual_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenet._C import Tensor


def seed() -> int:
    """Starts the default generator at a seed that no one knew before, and returns it."""
    number = int.from_bytes(os.urandom(8), "little")
    manual_seed(number)
    return number


def get_rng_state() -> Tensor:
    """The state of the default generator, as a tensor of bytes."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Goes to where get_rng_state() was called."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[None]:
    """with fork_rng(): what the block draws does not change what comes after it. devices is PyTorch's."""
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
