"""Data loading, and memory shared with other libraries."""
from tenet.utils import data, dlpack

__all__ = ["data", "dlpack"]
