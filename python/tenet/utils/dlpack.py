"""Memory shared with other libraries by DLPack."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet._C import from_dlpack

if TYPE_CHECKING:
    from tenet._C import Tensor


def to_dlpack(tensor: Tensor) -> Any:
    """The tensor's memory as a capsule, which another library's from_dlpack takes, once."""
    return tensor.__dlpack__()


__all__ = ["from_dlpack", "to_dlpack"]
