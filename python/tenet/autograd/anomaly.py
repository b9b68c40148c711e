"""Where a NaN came from."""
from __future__ import annotations

from tenet import _C


class set_detect_anomaly:
    """set_detect_anomaly(mode), and detect_anomaly() in a with statement: while it is on, every op that is recorded and
    every gradient is looked at; the first that makes a NaN or an infinity raises AnomalyError, which names the op."""

    def __init__(self, mode: bool = True, check_nan: bool = True) -> None:
        self._before = _C.set_detect_anomaly(bool(mode) and bool(check_nan))

    def __enter__(self) -> set_detect_anomaly:
        return self

    def __exit__(self, *error: object) -> None:
        _C.set_detect_anomaly(self._before)


class detect_anomaly:
    """with detect_anomaly(): as set_detect_anomaly(True), for a block."""

    def __init__(self, check_nan: bool = True) -> None:
        self._mode = bool(check_nan)

    def __enter__(self) -> detect_anomaly:
        self._before = _C.set_detect_anomaly(self._mode)
        return self

    def __exit__(self, *error: object) -> None:
        _C.set_detect_anomaly(self._before)
