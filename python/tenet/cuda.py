"""Cards: whether there are any, which, and what concerns them as a whole. "cuda" is the first, "cuda:1" the second."""
from __future__ import annotations

from typing import TYPE_CHECKING

from tenet import _C
from tenet._C._cuda import DeviceProperties as DeviceProperties, allow_tf32 as allow_tf32, allows_tf32 as allows_tf32
from tenet._C._cuda import Graph as Graph, is_capturing as is_capturing
from tenet._C._cuda import device_count as device_count, empty_cache as empty_cache, is_available as is_available
from tenet._C._cuda import properties as _properties, reason as reason, synchronize as _synchronize

if TYPE_CHECKING:
    from tenet._types import DeviceLike


def card(device: DeviceLike | int = None) -> _C.device:
    """The device of a card by number, name or device; None: the first."""
    if device is None:
        device = 0
    chosen = _C.device("cuda", device) if isinstance(device, int) else _C.device(str(device))
    if chosen.type != "cuda":
        raise _C.DeviceError(f"cuda: \"{device}\" is no card. Use a number, \"cuda\" or \"cuda:1\".")
    return chosen


def get_device_properties(device: DeviceLike | int = None) -> DeviceProperties:
    """Name, compute capability and memory of a card. Raises DeviceError if it is not there."""
    return _properties(card(device).index or 0)


def get_device_name(device: DeviceLike | int = None) -> str:
    """The name of a card."""
    return get_device_properties(device).name


def get_device_capability(device: DeviceLike | int = None) -> tuple[int, int]:
    """(major, minor) of a card's compute capability."""
    properties = get_device_properties(device)
    return properties.major, properties.minor


def current_device() -> int:
    """The card that "cuda" means: the first. Raises DeviceError if there is none."""
    get_device_properties(0)
    return 0


def synchronize(device: DeviceLike | int = None) -> None:
    """Waits until a card has done all that it was given. Raises DeviceError, also for what went wrong there before."""
    _synchronize(card(device))


def mem_get_info(device: DeviceLike | int = None) -> tuple[int, int]:
    """(free, total) bytes of a card, of every program's."""
    properties = get_device_properties(device)
    return properties.free_memory, properties.total_memory


def memory_allocated(device: DeviceLike | int = None) -> int:
    """Bytes that tensors hold on a card; 0 where there is none."""
    if not is_available():
        return 0
    return _C.memory_stats(card(device))["in_use"]


def max_memory_allocated(device: DeviceLike | int = None) -> int:
    """The most they held at once since reset_peak_memory_stats(); 0 where there is no card."""
    if not is_available():
        return 0
    return _C.memory_stats(card(device))["peak"]


def memory_reserved(device: DeviceLike | int = None) -> int:
    """Bytes taken from a card: in use, or kept for reuse until empty_cache(); 0 where there is none."""
    if not is_available():
        return 0
    stats = _C.memory_stats(card(device))
    return stats["in_use"] + stats["cached"]


def reset_peak_memory_stats(device: DeviceLike | int = None) -> None:
    """Lets max_memory_allocated() begin anew."""
    _C.reset_peak_memory(card(device))


def manual_seed(seed: int) -> None:
    """tenet.manual_seed: one stream of random numbers serves every device."""
    _C.manual_seed(seed)


manual_seed_all = manual_seed
