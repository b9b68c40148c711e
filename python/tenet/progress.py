"""How far a loop has come."""
from __future__ import annotations

import sys
import time
from collections.abc import Sized
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenet._types import T


def progress(iterable: Iterable[T], label: str = "", total: int | None = None) -> Iterable[T]:
    """The items of an iterable, while a bar shows how far the loop has come: tqdm's, in a terminal and in a notebook, if it
    is installed (pip install tenet[viz]), else a plain line every ten seconds and one at the end."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _plain(iterable, label, len(iterable) if total is None and isinstance(iterable, Sized) else total)
    bar: Iterable[T] = tqdm(iterable, desc=label or None, total=total)
    return bar


def _plain(iterable: Iterable[T], label: str, total: int | None) -> Iterator[T]:
    start = told = time.monotonic()
    done = 0
    for item in iterable:
        yield item
        done += 1
        now = time.monotonic()
        if now - told >= 10:
            told = now
            _tell(label, done, total, now - start)
    _tell(label, done, total, time.monotonic() - start)


def _tell(label: str, done: int, total: int | None, seconds: float) -> None:
    of = "" if total is None else f"/{total}"
    print(f"{label}{': ' if label else ''}{done}{of} in {seconds:.1f} s", file=sys.stderr)
