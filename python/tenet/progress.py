"""How far a loop has come."""
import sys
import time


def progress(iterable, label="", total=None):
    """The items of an iterable, while a bar shows how far the loop has come: tqdm's, in a terminal and in a notebook, if it
    is installed (pip install tenet[viz]), else a plain line every ten seconds and one at the end."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _plain(iterable, label, len(iterable) if total is None and hasattr(iterable, "__len__") else total)
    return tqdm(iterable, desc=label or None, total=total)


def _plain(iterable, label, total):
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


def _tell(label, done, total, seconds):
    of = "" if total is None else f"/{total}"
    print(f"{label}{': ' if label else ''}{done}{of} in {seconds:.1f} s", file=sys.stderr)
