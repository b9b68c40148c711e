"""Memory shared with other libraries by DLPack."""
from tenet._C import from_dlpack


def to_dlpack(tensor):
    """The tensor's memory as a capsule, which another library's from_dlpack takes, once."""
    return tensor.__dlpack__()


__all__ = ["from_dlpack", "to_dlpack"]
