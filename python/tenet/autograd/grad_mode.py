"""Whether ops are recorded, on this thread."""
from __future__ import annotations

import functools
import inspect
import threading
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

    def clone(self) -> Self:
        """Another one of the same kind."""
        return type(self)()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        return _switching(self.clone, function)


def _switching(mode: Callable[[], Any], function: Callable[P, R]) -> Callable[P, R]:
    """The function, run in a mode of its own each time: threads may be in it at once."""
    if inspect.isgeneratorfunction(function):
        return _switching_generator(mode, function)

    @functools.wraps(function)
    def switched(*args: P.args, **kwargs: P.kwargs) -> R:
        with mode():
            return function(*args, **kwargs)

    return switched


def _switching_generator(mode: Callable[[], Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """The mode holds while the generator runs, not in the loop that it runs for."""
    @functools.wraps(function)
    def switched(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        proceed, given = generator.send, None
        try:
            while True:
                with mode():
                    value = proceed(given)
                try:
                    proceed, given = generator.send, (yield value)
                except GeneratorExit:
                    with mode():
                        generator.close()
                    raise
                except BaseException as error:
                    proceed, given = generator.throw, error
        except StopIteration as end:
            return end.value

    return switched


class no_grad(_Mode):
    """with no_grad(): nothing is recorded; results do not require grad. Also @no_grad() on a function."""


class inference_mode:
    """no_grad() by another name; with inference_mode(False) enable_grad()."""

    _of_thread = threading.local()

    def __new__(cls, mode: Any = True) -> Any:
        self = super().__new__(cls)
        if not callable(mode):
            return self
        self.__init__()  # type: ignore[misc]
        return self(mode)  # @inference_mode works without brackets

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> Self:
        self._before.append((_C.set_grad_enabled(not self.mode), is_inference_mode_enabled()))
        self._of_thread.enabled = self.mode
        return self

    def __exit__(self, *error: object) -> None:
        records, self._of_thread.enabled = self._before.pop()
        _C.set_grad_enabled(records)

    def clone(self) -> inference_mode:
        """Another one of the same kind."""
        return inference_mode(self.mode)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        return _switching(self.clone, function)


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside of inference_mode()."""
    return getattr(inference_mode._of_thread, "enabled", False)


class enable_grad(_Mode):
    """with enable_grad(): ops are recorded, inside of no_grad() too."""

    _mode = True


class set_grad_enabled:
    """set_grad_enabled(mode) switches recording for good, and back again where it is used in a with statement; as a
    decorator it switches while the function runs."""

    __slots__ = ("_before", "mode")

    def __init__(self, mode: bool) -> None:
        self.mode = bool(mode)
        self._before = _C.set_grad_enabled(self.mode)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        _C.set_grad_enabled(self._before)

    def clone(self) -> set_grad_enabled:
        """Another one of the same kind."""
        return set_grad_enabled(self.mode)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        _C.set_grad_enabled(self._before)
        return _switching(self.clone, function)
