"""Whether ops are recorded, on this thread."""
from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, overload

from tenet import _C

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    from typing_extensions import Self

    P = ParamSpec("P")
    R = TypeVar("R")


class _Mode:
    """A context manager and decorator that switches recording and puts back what was set before."""

    _mode = False
    _before: list[bool]

    @overload
    def __new__(cls, function: None = None) -> Self: ...

    @overload
    def __new__(cls, function: Callable[P, R]) -> Callable[P, R]: ...  # type: ignore[misc]  # @no_grad, no brackets

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        self = super().__new__(cls)
        self._before = []  # one object may be entered several times
        return self if function is None else self(function)  # @no_grad works without brackets

    def __enter__(self) -> Self:
        self._before.append(_C.set_grad_enabled(self._mode))
        return self

    def __exit__(self, *error: object) -> None:
        _C.set_grad_enabled(self._before.pop())

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def switched(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return switched


class no_grad(_Mode):
    """with no_grad(): nothing is recorded; results do not require grad. Also @no_grad() on a function."""


class inference_mode(no_grad):
    """no_grad() by another name."""


class enable_grad(_Mode):
    """with enable_grad(): ops are recorded, inside of no_grad() too."""

    _mode = True


class set_grad_enabled:
    """set_grad_enabled(mode) switches recording for good, and back again where it is used in a with statement."""

    __slots__ = ("_before", "mode")

    def __init__(self, mode: bool) -> None:
        self.mode = bool(mode)
        self._before = _C.set_grad_enabled(self.mode)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        _C.set_grad_enabled(self._before)
