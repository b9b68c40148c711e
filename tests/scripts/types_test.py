"""mypy's strict rules hold for the Python package and its tests, and a user's wrong calls are refused: for
scripts/check_types, which sees to mypy."""
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
RIGHT = """
import tenet
from tenet import nn
from tenet.nn import functional as F
from tenet.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(1, 8, 4, stride=2, padding=1)

    def forward(self, x: tenet.Tensor) -> tenet.Tensor:
        return F.relu(self.up(x)).mean((1, 2, 3))


net = Net()
optimizer = tenet.optim.Adam(net.parameters(), lr=1e-3)
for x, y in DataLoader(TensorDataset(tenet.randn(8, 1, 4, 4), tenet.zeros(8)), batch_size=4):
    loss = F.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
with tenet.no_grad():
    total: float = sum(float(p.grad.abs().sum()) for p in net.parameters())
x = tenet.zeros(2, 3)
n, m = x.shape
x[0, :2] = 1
print(loss.item(), (1 - x).sum().item(), n * m)
"""
WRONG = {
    "tenet.zeros('a')": "arg-type",
    "tenet.ones(2, requiers_grad=True)": "call-overload",
    "tenet.nn.Linear(2)": "call-arg",
    "tenet.nn.functional.conv2d(tenet.ones(1), 3)": "arg-type",
    "tenet.ones(2).reshapes(2)": "attr-defined",
    "tenet.optim.SGD([tenet.ones(1)], lr='fast')": "arg-type",
    "tenet.nn.Conv2d(1, 1, 3).transposed()": "call-arg",
}


def mypy(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "mypy", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=500)
    return done.returncode, done.stdout + done.stderr


def test_package_and_tests() -> None:
    code, text = mypy()
    assert code == 0, text


def test_a_program_that_is_right(tmp_path: pathlib.Path) -> None:
    (tmp_path / "program.py").write_text(RIGHT)
    code, text = mypy(str(tmp_path / "program.py"))
    assert code == 0, text


@pytest.mark.parametrize("call", WRONG)
def test_a_call_that_is_wrong(call: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "program.py").write_text(f"import tenet\n\n{call}\n")
    code, text = mypy(str(tmp_path / "program.py"))
    assert code == 1 and "program.py:3: error: " in text and f"[{WRONG[call]}]" in text, text
