"""Data loading."""
from tenet.utils import data

__all__ = ["data"]
