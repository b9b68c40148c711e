"""Data loading, and memory shared with other libraries."""
from tenet.utils import data, dlpack, hooks

__all__ = ["data", "dlpack", "hooks"]
