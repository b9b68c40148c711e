"""Each test here runs pytest on a file of its own, in a process of its own."""
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
import pathlib

import pytest
import tenet

PACKAGES = Path(tenet.__file__).parent.parent, Path(__file__).parents[2]  # of tenet as it is built, and of pytest_tenet


@pytest.fixture
def run(tmp_path: pathlib.Path) -> Any:
    """run(source, *options): the exit code and what pytest says about a file with this source. `installed` makes
    pytest find the plugin by itself, as it does where Tenet is installed."""

    def run(source: Any, *wanted: Any, conftest: str = "", plugins: Any = ("tenet.testing.plugin",),
            installed: bool = False) -> Any:
        (tmp_path / "test_user.py").write_text(source)
        (tmp_path / "conftest.py").write_text(conftest)
        path = os.pathsep.join(map(str, [*PACKAGES, tmp_path]))
        environment = {**os.environ, "PYTHONPATH": path, "PYTEST_ADDOPTS": ""}
        if installed:
            declare(tmp_path / "tenet-0.dist-info")
        else:
            environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        options = ["-v", "-p", "no:cacheprovider", *(part for name in plugins for part in ("-p", name)), *wanted]
        done = subprocess.run([sys.executable, "-m", "pytest", *options], cwd=tmp_path, env=environment, timeout=120,
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    return run


def declare(folder: pathlib.Path) -> None:
    """What an installed package says of itself, as pyproject.toml has it."""
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: tenet\nVersion: 0\n")
    (folder / "entry_points.txt").write_text("[pytest11]\ntenet = pytest_tenet\n")


def cases(output: Any) -> Any:
    """The tests that passed: ["test_it[float32]", ...]."""
    return re.findall(r"::(\S+) PASSED", output)


# --- dtype and device ---------------------------------------------------------------------------------------------


SHOWS_DTYPE = """
import tenet
def test_it(dtype):
    assert tenet.zeros(2, dtype=dtype).dtype == dtype and isinstance(dtype, tenet.dtype)
"""


def test_dtype_is_float32(run: Any) -> None:
    code, output = run(SHOWS_DTYPE)
    assert code == 0 and cases(output) == ["test_it[float32]"]


@pytest.mark.parametrize("given, expected", [("float32,float64", ["float32", "float64"]),
                                             ("int64, bool", ["int64", "bool"]),
                                             ("uint8,int32,float32", ["uint8", "int32", "float32"])])
def test_the_option_names_the_types(run: Any, given: Any, expected: Any) -> None:
    code, output = run(SHOWS_DTYPE, "--tenet-dtype", given)
    assert code == 0 and cases(output) == [f"test_it[{name}]" for name in expected]


def test_device_is_the_cpu(run: Any) -> None:
    source = """
import tenet
def test_it(device, dtype): assert device == tenet.zeros(1, dtype=dtype, device=device).device
"""
    for options in [], ["--tenet-device=cpu"]:
        code, output = run(source, *options)
        assert code == 0 and cases(output) == ["test_it[cpu-float32]"]


@pytest.mark.parametrize("option, text", [
    ("--tenet-dtype=float32,half", '--tenet-dtype: "half" is not there. Known are float32, float64, int64, int32, '
                                   'uint8, bool.'),
    ("--tenet-dtype=", '--tenet-dtype: "" is not there. Known are float32'),
    ("--tenet-device=gpu", '--tenet-device: "gpu" is not there. Known are cpu')])
def test_an_unknown_name_is_a_usage_error(run: Any, option: Any, text: str) -> None:
    code, output = run(SHOWS_DTYPE, option)
    assert code == pytest.ExitCode.USAGE_ERROR and f"ERROR: {text}" in output


def test_fixtures_and_parameters_of_these_names_come_first(run: Any) -> None:
    conftest = "import pytest\n@pytest.fixture\ndef device(): return 'mine'"
    source = """
import pytest
@pytest.mark.parametrize("dtype", [1, 2])
def test_parameters(dtype): assert dtype in (1, 2)
def test_fixture(device): assert device == 'mine'
"""
    code, output = run(source, "--tenet-dtype=float64", conftest=conftest)
    assert code == 0 and cases(output) == ["test_parameters[1]", "test_parameters[2]", "test_fixture"]


# --- seed ---------------------------------------------------------------------------------------------------------


SHOWS_SEED = """
import pytest, tenet
@pytest.mark.parametrize("i", [0, 1])
def test_it(seed, i):
    assert tenet.initial_seed() == seed
    print("drew", seed, tenet.rand(1).item(), "end")
    assert {passes}
"""


def drawn(output: Any) -> Any:
    return sorted(set(re.findall(r"drew (.*) end", output)))


def test_a_test_draws_the_same_each_time_and_another_draws_differently(run: Any) -> None:
    _, first = run(SHOWS_SEED.format(passes=True), "-s")
    _, again = run(SHOWS_SEED.format(passes=True), "-s")
    _, alone = run(SHOWS_SEED.format(passes=True), "-s", "-k", "1")
    assert drawn(first) == drawn(again) and len(drawn(first)) == 2
    assert len(drawn(alone)) == 1 and set(drawn(alone)) < set(drawn(first))


def test_the_seed_is_shown_where_a_test_fails(run: Any) -> None:
    code, output = run(SHOWS_SEED.format(passes="i == 0"))
    seeds = [line.split()[0] for line in drawn(output)]
    assert code == 1 and len(seeds) == 1
    assert re.search(rf"-+ tenet seed -+\ntenet\.manual_seed\({seeds[0]}\)", output)


def test_no_seed_is_shown_where_a_test_passes(run: Any) -> None:
    code, output = run(SHOWS_SEED.format(passes=True), "-rP")
    assert code == 0 and len(drawn(output)) == 2 and "tenet seed" not in output


def test_a_test_without_the_fixture_shows_no_seed(run: Any) -> None:
    code, output = run("def test_it(): assert False")
    assert code == 1 and "tenet seed" not in output


# --- Cost ---------------------------------------------------------------------------------------------------------


USES_ALL = "def test_it(dtype, device, seed): assert 'tenet' in __import__('sys').modules"


def test_an_installed_plugin_imports_tenet_where_a_fixture_is_used(run: Any) -> None:
    conftest = "import sys\ndef pytest_collection_finish(): assert 'tenet' not in sys.modules"
    code, output = run(USES_ALL, conftest=conftest, plugins=(), installed=True)
    assert code == 0 and cases(output) == ["test_it[float32-cpu]"]


@pytest.mark.parametrize("plugins, conftest", [(("tenet",), ""), (("tenet.testing.plugin",), ""),
                                               ((), "pytest_plugins = ['tenet.testing.plugin']")])
def test_a_plugin_that_is_loaded_twice_works_once(run: Any, plugins: Any, conftest: Any) -> None:
    source = SHOWS_SEED.format(passes="i == 0")
    code, output = run(source, "--tenet-dtype=float64", conftest=conftest, plugins=plugins, installed=True)
    assert code == 1 and output.count("tenet.manual_seed(") == 1
