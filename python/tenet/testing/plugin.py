"""Options for pytest: --tenet-dtype float32,float64 and --tenet-device cpu run each test that asks for the fixtures
`dtype` or `device` once for each; the fixture `seed` seeds tenet by the test's name and tells the seed if it fails.
"""
import zlib

import pytest

import tenet

DTYPES = ("float32", "float64")
DEVICES = ("cpu",)


def pytest_addoption(parser):
    group = parser.getgroup("tenet", "tenet")
    group.addoption("--tenet-dtype", default="float32", metavar="NAMES",
                    help=f"types of the fixture `dtype`, of {', '.join(DTYPES)} (default: float32)")
    group.addoption("--tenet-device", default="cpu", metavar="NAMES",
                    help=f"devices of the fixture `device`, of {', '.join(DEVICES)} (default: cpu)")


def _names(config, option, known):
    names = config.getoption(option).split(",")
    for name in names:
        if name not in known:
            raise pytest.UsageError(f"{option}: \"{name}\" is not there. Known are {', '.join(known)}.")
    return names


def pytest_configure(config):
    _names(config, "--tenet-dtype", DTYPES)
    _names(config, "--tenet-device", DEVICES)


def pytest_generate_tests(metafunc):
    for fixture, option, known in (("dtype", "--tenet-dtype", DTYPES), ("device", "--tenet-device", DEVICES)):
        if fixture in metafunc.fixturenames and not _parametrised(metafunc, fixture):
            metafunc.parametrize(fixture, _names(metafunc.config, option, known), indirect=True)


def _parametrised(metafunc, fixture):
    """Whether the test says itself what the fixture is."""
    named = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    return any(fixture in (names.replace(" ", "").split(",") if isinstance(names, str) else names) for names in named)


@pytest.fixture
def dtype(request):
    """A type of --tenet-dtype."""
    return getattr(tenet, request.param)


@pytest.fixture
def device(request):
    """A device of --tenet-device."""
    return tenet.device(request.param)


@pytest.fixture
def seed(request):
    """Seeds tenet's generator by the test's name, the same in every run."""
    number = zlib.crc32(request.node.nodeid.encode())
    tenet.manual_seed(number)
    request.node.add_report_section("setup", "seed", f"tenet.manual_seed({number})")
    return number
