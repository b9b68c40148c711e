"""python -m tenet: what a bug report should say."""
from __future__ import annotations

import platform
import sys

from tenet import _C, cuda


def report() -> str:
    """Versions, BLAS, threads and devices, a line each."""
    numpy = sys.modules.get("numpy")
    facts = _C.build_facts()
    lines = {
        "tenet": f"{facts['version']} ({facts['compiler']}, pybind11 {facts['pybind11']})",
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "numpy": numpy.__version__ if numpy else _installed("numpy"),
        "system": platform.platform(),
        "blas": facts["blas"],
        "threads": _C.get_num_threads(),
        "cuda": f"{cuda.device_count()} devices" if cuda.is_available() else f"none: {cuda.reason()}",
    }
    return "\n".join(f"{name + ':':<9}{value}" for name, value in lines.items())


def _installed(package: str) -> str:
    from importlib import metadata
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    print(report())
