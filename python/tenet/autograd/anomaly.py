"""Where a NaN came from."""
from __future__ import annotations

import threading

from tenet import _C

_of_thread = threading.local()


def is_anomaly_enabled() -> bool:
    """Whether this thread looks for NaNs, or would but for check_nan=False."""
    return getattr(_of_thread, "mode", (False, True))[0]


def is_anomaly_check_nan_enabled() -> bool:
    """Whether check_nan is set, which it is unless it was switched off."""
    return getattr(_of_thread, "mode", (False, True))[1]


class set_detect_anomaly:
    """set_detect_anomaly(mode), and detect_anomaly() in a with statement: while it is on, every op that is recorded and
    every gradient is looked at; the first that makes a NaN raises AnomalyError, which names the op."""

    def __init__(self, mode: bool = True, check_nan: bool = True) -> None:
        self._before = (is_anomaly_enabled(), is_anomaly_check_nan_enabled())
        self._set(bool(mode), bool(check_nan))

    @staticmethod
    def _set(mode: bool, check_nan: bool) -> None:
        _of_thread.mode = (mode, check_nan)
        _C.set_detect_anomaly(mode and check_nan)

    def __enter__(self) -> set_detect_anomaly:
        return self

    def __exit__(self, *error: object) -> None:
        self._set(*self._before)


class detect_anomaly:
    """with detect_anomaly(): as set_detect_anomaly(True), for a block."""

    def __init__(self, check_nan: bool = True) -> None:
        self._check_nan = check_nan

    def __enter__(self) -> detect_anomaly:
        self._block = set_detect_anomaly(True, self._check_nan)
        return self

    def __exit__(self, *error: object) -> None:
        self._block.__exit__()
