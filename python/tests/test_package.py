"""The package itself: what it imports, what it says of itself."""
import builtins
import subprocess
import sys
from typing import Any
import pathlib
import pytest

import tenet


def run(program: str) -> Any:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_python_m_tenet_says_what_a_bug_report_needs() -> None:
    report = subprocess.run([sys.executable, "-m", "tenet"], check=True, capture_output=True, text=True).stdout
    assert [line.partition(":")[0] for line in report.splitlines()] == ["tenet", "python", "numpy", "system", "blas", "threads", "cuda"]
    assert tenet.__version__ in report and f"threads: {tenet.get_num_threads()}" in report.replace("  ", " ")


def test_import_brings_nothing_heavy() -> None:
    loaded = run("import sys; before = set(sys.modules); import tenet; print(*sorted(set(sys.modules) - before))").split()
    assert not {"numpy", "hypothesis", "pytest", "tqdm"} & set(loaded)


def test_testing_is_there_when_asked_for() -> None:
    assert run("import sys, tenet; print('tenet.testing' in sys.modules); print(tenet.testing.assert_close(1, 1))").split() == ["False", "None"]
    assert "has no attribute 'nothing'" in run("import tenet\ntry: tenet.nothing\nexcept AttributeError as e: print(e)")


def test_star_hides_no_builtin() -> None:
    names: Any = {}
    exec("from tenet import *", names)
    assert names["zeros"] is tenet.zeros and names["nn"] is tenet.nn
    assert not [name for name in vars(builtins) if name in names and not name.startswith("__")]


def test_errors_are_built_in_kinds_too() -> None:
    for kind, builtin in [(tenet.ShapeError, ValueError), (tenet.ValueError, ValueError), (tenet.IndexError, IndexError),
                          (tenet.DTypeError, TypeError), (tenet.FormatError, ValueError), (tenet.OutOfMemoryError, MemoryError),
                          (tenet.DeviceError, RuntimeError), (tenet.GradientError, RuntimeError), (tenet.AnomalyError, RuntimeError)]:
        assert issubclass(kind, builtin) and issubclass(kind, tenet.Error) and issubclass(kind, RuntimeError) and kind.__doc__


def test_out_of_memory_is_an_error() -> None:
    program = """
import tenet
try:
    tenet.zeros(1 << 60)
except MemoryError as error:
    print(type(error).__name__)
print(tenet.ones(2).sum().item())
"""
    assert run(program).split() == ["OutOfMemoryError", "2.0"]


def test_summary_counts() -> None:
    from tenet import nn
    shared = nn.Linear(4, 4)
    text = tenet.summary(nn.Sequential(shared, nn.ReLU(), shared), (2, 4))
    assert text.splitlines()[-1].split() == ["total", "20", "64"]
    assert text.count("0 (Linear)") == 2 and "[2, 4]" in text


def test_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(tenet.progress(range(3), "work")) == [0, 1, 2]
    err = capsys.readouterr().err
    assert "work" in err and "3/3" in err


def test_plots(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "loss.svg"
    tenet.save_line_plot(str(path), {"train": [3.0, 2.0, 1.0], "test": [3.0, 2.5, 2.0]}, title="Loss", x_label="epoch")
    assert path.read_text().startswith("<svg") and "train" in path.read_text()


def test_memory_stats() -> None:
    tenet.reset_peak_memory()
    before = tenet.memory_stats()
    x = tenet.zeros(1000)
    now = tenet.memory_stats()
    assert now["in_use"] - before["in_use"] >= 4000 and now["peak"] - before["peak"] >= 4000
    del x
    assert tenet.memory_stats()["in_use"] == before["in_use"] and tenet.memory_stats()["peak"] == now["peak"]


def test_versions_have_pytorchs_names() -> None:
    assert tenet.version.__version__ == tenet.__version__
    assert tenet.version.cuda is None or tenet.version.cuda.count(".") == 1
