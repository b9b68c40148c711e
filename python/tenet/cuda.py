"""Whether there is a GPU to compute on: not in this build."""
from __future__ import annotations

from tenet import _C

_REASON = "this build of tenet has no CUDA backend"


def is_available() -> bool:
    """Whether tensors can be on a GPU."""
    return False


def device_count() -> int:
    """How many GPUs there are."""
    return 0


def reason() -> str:
    """Why is_available() is False."""
    return _REASON


def current_device() -> int:
    raise _C.DeviceError(f"cuda: {_REASON}. Use device=\"cpu\".")


get_device_name = get_device_properties = set_device = synchronize = lambda *args: current_device()


def manual_seed(seed: int) -> None:
    """Without effect where there is no GPU."""


manual_seed_all = manual_seed
