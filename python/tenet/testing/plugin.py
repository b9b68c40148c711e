"""A plugin for pytest: the fixtures dtype, device and seed.

    pytest --tenet-dtype float32,float64 --tenet-device cpu

`dtype` and `device` run a test once for each type and device that the options name; a test or a conftest.py that has
fixtures or parameters of these names keeps its own. `seed` seeds Tenet's generator from the test's name, and is shown
when the test fails. Tenet is imported by the first test that uses one of them, or to check an option that is given.
"""
from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenet._C import device as _device, dtype as _dtype

_DEFAULT_DTYPES, _DEFAULT_DEVICES = "float32", "cpu"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tenet")
    try:
        group.addoption("--tenet-dtype", metavar="TYPES",
                        help=f"types of the fixture dtype (default: {_DEFAULT_DTYPES})")
        group.addoption("--tenet-device", metavar="DEVICES",
                        help=f"devices of the fixture device (default: {_DEFAULT_DEVICES})")
    except ValueError:  # -p tenet.testing.plugin beside the installed plugin: the options are there
        pass


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.has_plugin("tenet-fixtures"):
        return
    dtypes, devices = config.getoption("--tenet-dtype"), config.getoption("--tenet-device")
    if dtypes is not None:
        _check("--tenet-dtype", _split(dtypes), _known_dtypes())
    if devices is not None:
        _check("--tenet-device", _split(devices), _known_devices())
    fixtures = _fixtures(_split(_DEFAULT_DTYPES if dtypes is None else dtypes),
                         _split(_DEFAULT_DEVICES if devices is None else devices))
    config.pluginmanager.register(fixtures, "tenet-fixtures")


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


def _check(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise pytest.UsageError(f"{option}: \"{name}\" is not there. Known are {', '.join(known)}.")


def _known_dtypes() -> list[str]:
    from tenet import _C
    return [name for name, value in vars(_C).items() if isinstance(value, _C.dtype) and str(value) == f"tenet.{name}"]


def _known_devices() -> list[str]:
    from tenet import cuda
    return ["cpu", *(["cuda"] if cuda.is_available() else [])]


def _fixtures(dtypes: Sequence[str], devices: Sequence[str]) -> object:
    """The fixtures, and what reports the seed. Parameters are names, so that collecting needs no Tenet."""

    class Fixtures:
        @pytest.fixture(params=dtypes)
        def dtype(self, request: pytest.FixtureRequest) -> _dtype:
            """The types of --tenet-dtype, one after the other."""
            import tenet
            chosen: _dtype = getattr(tenet, request.param)
            return chosen

        @pytest.fixture(params=devices)
        def device(self, request: pytest.FixtureRequest) -> _device:
            """The devices of --tenet-device, one after the other."""
            import tenet
            return tenet.device(request.param)

        @pytest.fixture
        def seed(self, request: pytest.FixtureRequest) -> int:
            """A number made of the test's name and parameters, which Tenet's generator starts from."""
            import tenet
            number = zlib.crc32(request.node.nodeid.encode())
            tenet.manual_seed(number)
            request.node.stash[_SEED] = number
            return number

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(self, item: pytest.Item) -> Any:
            report = (yield).get_result()
            if report.failed and _SEED in item.stash:
                report.sections.append(("tenet seed", f"tenet.manual_seed({item.stash[_SEED]})"))

    return Fixtures()


_SEED = pytest.StashKey[int]()
