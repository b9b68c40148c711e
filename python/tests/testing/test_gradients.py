"""assert_gradients and assert_adjoint."""
import pytest
import tenet
from tenet import nn
from tenet.autograd import Function
from tenet.testing import assert_adjoint, assert_gradients


class WrongSquare(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, dy):
        return dy * ctx.saved_tensors[0]


def test_of_functions(dtype):
    x, w = tenet.randn(2, 3, dtype=dtype), tenet.randn(3, 2, dtype=dtype)
    assert_gradients(lambda x, w: (x @ w).tanh(), x, w, order=2)
    assert_gradients(lambda x, n: x * n, x, 3)
    with pytest.raises(AssertionError, match=r"analytic.*numeric"):
        assert_gradients(WrongSquare.apply, x)


def test_every_floating_input_is_checked():
    x, w = tenet.tensor([1.0], requires_grad=True), tenet.tensor([2.0])
    with pytest.raises(AssertionError, match="weight"):
        assert_gradients(lambda x, w: x + WrongSquare.apply(w), x, w, names=["x", "weight"])


class Wrong(nn.Module):
    def __init__(self):
        super().__init__()
        self.right = nn.Linear(2, 2)
        self.scale = nn.Parameter(tenet.tensor([2.0]))

    def forward(self, x):
        return self.right(x) * WrongSquare.apply(self.scale)


def test_of_modules():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Flatten(), nn.Linear(18, 2))
    before = {k: v.clone() for k, v in net.state_dict().items()}
    assert_gradients(net, tenet.randn(2, 1, 5, 5))
    assert all(tenet.equal(before[k], v) and v.dtype == tenet.float32 for k, v in net.state_dict().items())
    with pytest.raises(AssertionError, match="scale"):
        assert_gradients(Wrong(), tenet.randn(3, 2))


def test_adjoints():
    w = tenet.randint(-3, 4, (2, 3)).to(tenet.float32)
    x, y = tenet.tensor([1.0, 2.0, 3.0]), tenet.tensor([1.0, -1.0])
    assert_adjoint(lambda x: w @ x, lambda y: w.T @ y, x, y)
    with pytest.raises(AssertionError):
        assert_adjoint(lambda x: w @ x, lambda y: w.T @ y + 1, x, y)
