"""Versions, under PyTorch's names."""
from __future__ import annotations

from tenet import _C

_facts = _C.build_facts()
__version__: str = _facts["version"]
cuda: str | None = ".".join(_facts["cuda"].split(".")[:2]) or None  # of the toolkit; None in a build for the CPU alone
