"""Where a NaN came from."""
from tenet import _C


class set_detect_anomaly:
    """set_detect_anomaly(mode), and detect_anomaly() in a with statement: while it is on, every op that is recorded and
    every gradient is looked at; the first that makes a NaN or an infinity raises AnomalyError, which names the op."""

    def __init__(self, mode=True, check_nan=True):
        self._before = _C.set_detect_anomaly(bool(mode) and bool(check_nan))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        _C.set_detect_anomaly(self._before)


class detect_anomaly:
    """with detect_anomaly(): as set_detect_anomaly(True), for a block."""

    def __init__(self, check_nan=True):
        self._mode = bool(check_nan)

    def __enter__(self):
        self._before = _C.set_detect_anomaly(self._mode)
        return self

    def __exit__(self, *error):
        _C.set_detect_anomaly(self._before)
