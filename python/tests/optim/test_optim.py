"""The optimisers, against their formulas, and PyTorch's interface around them."""
import copy
import math
import pathlib
import pickle
from typing import Any, cast

import pytest
import tenet
from tenet import nn, optim
from tenet.optim.optimizer import required
from tenet.testing import assert_close


def train(optimizer: Any, parameter: Any, steps: int = 5) -> Any:
    """Some steps on a quadratic; the values after each."""
    seen = []
    for i in range(steps):
        optimizer.zero_grad()
        ((parameter - 3) ** 2 * (i + 1)).sum().backward()
        optimizer.step()
        seen.append(parameter.tolist())
    return seen


def gradient(x: Any, i: int) -> Any:
    return 2 * (x - 3) * (i + 1)


@pytest.mark.parametrize("options", [
    {}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.5, "dampening": 0.3, "weight_decay": 0.1},
])
def test_sgd_is_its_formula(options: Any) -> None:
    w = nn.Parameter(tenet.tensor([1.0, -2.0], dtype=tenet.float64))
    seen = train(optim.SGD([w], lr=0.01, **options), w)
    momentum, dampening = options.get("momentum", 0), options.get("dampening", 0)
    x = [1.0, -2.0]
    b: list[Any] = [None, None]
    for i in range(5):
        for k in range(2):
            g = gradient(x[k], i) + options.get("weight_decay", 0) * x[k]
            b[k] = g if b[k] is None else momentum * b[k] + (1 - dampening) * g
            x[k] -= 0.01 * (g + momentum * b[k] if options.get("nesterov") else b[k] if momentum else g)
        assert seen[i] == pytest.approx(x, rel=1e-12)


@pytest.mark.parametrize("options", [{}, {"betas": (0.5, 0.7), "eps": 1e-3}, {"weight_decay": 0.1}, {"amsgrad": True}])
def test_adam_is_its_formula(options: Any) -> None:
    w = nn.Parameter(tenet.tensor([1.0], dtype=tenet.float64))
    seen = train(optim.Adam([w], lr=0.1, **options), w, 8)
    beta1, beta2 = options.get("betas", (0.9, 0.999))
    x, m, v, largest = 1.0, 0.0, 0.0, 0.0
    for i in range(8):
        g = gradient(x, i) + options.get("weight_decay", 0) * x
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        largest = max(largest, v)
        used = largest if options.get("amsgrad") else v
        t = i + 1
        x -= 0.1 / (1 - beta1**t) * m / (math.sqrt(used) / math.sqrt(1 - beta2**t) + options.get("eps", 1e-8))
        assert seen[i] == pytest.approx([x], rel=1e-10)


def test_groups_have_settings_of_their_own() -> None:
    a, b = nn.Parameter(tenet.ones(1)), nn.Parameter(tenet.ones(1))
    optimizer = optim.SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1)  # type: ignore[arg-type]
    (a + b).sum().backward()
    optimizer.step()
    assert_close([a.item(), b.item()], [0.9, 0.5], rtol=1e-6, atol=0)
    optimizer.param_groups[0]["lr"] = 1.0
    optimizer.step()
    assert_close([a.item(), b.item()], [-0.1, 0.0], rtol=0, atol=1e-6)
    optimizer.add_param_group({"params": [nn.Parameter(tenet.ones(1))], "momentum": 0.9})
    assert [g["momentum"] for g in optimizer.param_groups] == [0, 0, 0.9]


def test_closures_and_named_parameters() -> None:
    net = nn.Linear(1, 1)
    optimizer = optim.SGD(net.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]

    def closure() -> Any:
        optimizer.zero_grad()
        loss = net(tenet.ones(1, 1)).square().sum()
        loss.backward()
        return loss

    first = optimizer.step(closure)
    assert optimizer.step(closure).item() < first.item()
    assert tenet.is_grad_enabled()


def test_zero_grad() -> None:
    w = nn.Parameter(tenet.ones(2))
    optimizer = optim.SGD([w], lr=0.1)
    w.sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert w.grad.tolist() == [0, 0]
    optimizer.zero_grad()
    assert w.grad is None
    optimizer.step()
    assert w.tolist() == [1, 1]


def test_a_parameter_whose_data_were_replaced_is_still_trained() -> None:
    w = nn.Parameter(tenet.ones(2))
    optimizer = optim.SGD([w], lr=0.1, momentum=0.9)
    for _ in range(2):
        w.data = w.data.clone()
        optimizer.zero_grad()
        w.sum().backward()
        optimizer.step()
    assert_close(w.detach(), tenet.full((2,), 1 - 0.1 - 0.19))


@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, lr=0.01, momentum=0.9), lambda p: optim.Adam(p, lr=0.1, amsgrad=True)])
def test_training_continues_bit_for_bit(make: Any, tmp_path: pathlib.Path) -> None:
    w = nn.Parameter(tenet.randn(3))
    optimizer = make([w])
    train(optimizer, w)
    tenet.save({"w": w, "optimizer": optimizer.state_dict()}, tmp_path / "state")
    rest = train(optimizer, w)
    loaded = tenet.load(tmp_path / "state")
    again = nn.Parameter(loaded["w"].detach())
    other = make([again])
    other.load_state_dict(loaded["optimizer"])
    assert train(other, again) == rest


def test_the_state_has_pytorchs_form() -> None:
    a, b = nn.Parameter(tenet.ones(2)), nn.Parameter(tenet.ones(1))
    optimizer = optim.Adam([{"params": [a]}, {"params": [b], "lr": 0.5}])  # type: ignore[arg-type]
    a.sum().backward()
    optimizer.step()
    state = optimizer.state_dict()
    assert list(state["state"]) == [0] and list(state["state"][0]) == ["step", "exp_avg", "exp_avg_sq"]
    assert [group["params"] for group in state["param_groups"]] == [[0], [1]]
    assert state["param_groups"][1]["lr"] == 0.5 and state["param_groups"][0]["betas"] == (0.9, 0.999)
    assert optimizer.state[a]["exp_avg"].shape == (2,)
    state["state"][0]["step"] = tenet.tensor(7.0)  # as PyTorch keeps it
    state["param_groups"][0]["lr"] = 0.25
    optimizer.load_state_dict(state)
    assert optimizer.state[a]["step"].item() == 7 and optimizer.param_groups[0]["lr"] == 0.25
    with pytest.raises(tenet.ValueError, match=r"the state has groups of \[1, 1\] parameters, but SGD has \[2\]"):
        optim.SGD([a, b]).load_state_dict(state)


def test_an_optimiser_in_python() -> None:
    class SignDescent(optim.Optimizer):
        def __init__(self, params: Any, lr: Any) -> None:
            super().__init__(params, {"lr": lr})

        @tenet.no_grad()
        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    self.state[p]["count"] = self.state[p].get("count", 0) + 1
                    p.add_(-group["lr"] * (p.grad / p.grad.abs()))

    w = nn.Parameter(tenet.ones(2))
    optimizer = SignDescent([w], 0.5)
    assert train(optimizer, w, 2) == [[1.5, 1.5], [2, 2]]
    assert optimizer.state_dict()["state"] == {0: {"count": 2}}
    other = SignDescent([w], 0.1)
    other.load_state_dict(optimizer.state_dict())
    assert other.state[w]["count"] == 2 and other.param_groups[0]["lr"] == 0.5


@pytest.mark.parametrize("make, error, text", [
    (lambda w: optim.SGD([]), tenet.ValueError, "SGD: there are no parameters. Pass net.parameters()."),
    (lambda w: optim.SGD(w), TypeError, "SGD: params must be a list of tensors, but is a Tensor. Put it in brackets."),
    (lambda w: optim.SGD([w, w]), tenet.ValueError, "SGD: a parameter is there twice. Pass it once."),
    (lambda w: optim.SGD([w * 1]), tenet.ValueError, "SGD: parameter 0 must be a leaf, not computed by <Mul>."),
    (lambda w: optim.SGD([w], lr=-1), tenet.ValueError, "SGD: lr=-1 must be 0 or more."),
    (lambda w: optim.SGD([cast("Any", 3.0)]), TypeError, "SGD: parameter 0 is a float. It must be a Tensor."),
    (lambda w: optim.Adam([w], betas=(0.9, 1.0)), tenet.ValueError, r"Adam: betas\[1\]=1 must be in \[0, 1\)"),
    (lambda w: optim.Adam([w], differentiable=True), NotImplementedError, "Adam: differentiable=True is not there."),
    (lambda w: optim.SGD([{"params": {w}}]), TypeError, "SGD: parameters in a set have no order"),
    (lambda w: optim.SGD([w]).add_param_group(cast("Any", 3)), TypeError, "SGD: a group must be a dict, not a int."),
    (lambda w: optim.Optimizer([w], {"lr": required}), tenet.ValueError, "Optimizer: a group lacks lr, which every group must give."),
])
def test_what_is_refused(make: Any, error: type[BaseException], text: str) -> None:
    with pytest.raises(error, match=text):
        make(nn.Parameter(tenet.ones(1)))


def test_repr() -> None:
    assert repr(optim.SGD([nn.Parameter(tenet.ones(1))], lr=0.1)) == (
        "SGD (\nParameter Group 0\n    dampening: 0\n    differentiable: False\n    foreach: None\n    fused: None\n    lr: 0.1\n"
        "    maximize: False\n    momentum: 0\n    nesterov: False\n    weight_decay: 0\n)")


def test_maximize_is_minimising_the_negative() -> None:
    for make in (lambda p, **options: optim.SGD(p, lr=0.1, momentum=0.9, **options),
                 lambda p, **options: optim.Adam(p, lr=0.1, amsgrad=True, **options)):
        up, down = nn.Parameter(tenet.ones(2)), nn.Parameter(tenet.ones(2))
        uphill, downhill = make([up], maximize=True), make([down])
        for _ in range(3):
            uphill.zero_grad()
            downhill.zero_grad()
            (-(up - 3) ** 2).sum().backward()
            ((down - 3) ** 2).sum().backward()
            uphill.step()
            downhill.step()
        assert tenet.equal(up, down)


def test_adamw_is_its_formula() -> None:
    w = nn.Parameter(tenet.tensor([1.0], dtype=tenet.float64))
    seen = train(optim.AdamW([w], lr=0.1, weight_decay=0.5), w)
    x, m, v = 1.0, 0.0, 0.0
    for i in range(5):
        g = gradient(x, i)
        x *= 1 - 0.1 * 0.5
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        x -= 0.1 / (1 - 0.9 ** (i + 1)) * m / (math.sqrt(v) / math.sqrt(1 - 0.999 ** (i + 1)) + 1e-8)
        assert seen[i] == pytest.approx([x], rel=1e-12)
    assert optim.AdamW([w]).defaults["weight_decay"] == 1e-2 and isinstance(optim.AdamW([w]), optim.Adam)


def test_what_is_gathered_is_the_programs_to_change() -> None:
    w = nn.Parameter(tenet.ones(1))
    optimizer = optim.SGD([w], lr=1.0, momentum=0.5)
    w.sum().backward()
    optimizer.step()
    optimizer.state[w]["momentum_buffer"].zero_()
    optimizer.step()
    assert w.item() == -1
    optimizer.state.clear()
    optimizer.step()
    assert w.item() == -2 and optimizer.state[w]["momentum_buffer"].item() == 1
    optimizer.state[w]["momentum_buffer"] = tenet.zeros(2)
    with pytest.raises(tenet.ShapeError, match=r"SGD: what was gathered has shape \[2\] but its parameter has \[1\]"):
        optimizer.step()
    optimizer.state[w]["momentum_buffer"] = tenet.zeros(1, dtype=tenet.float64)
    with pytest.raises(tenet.DTypeError, match="SGD: what was gathered is float64 but its parameter is float32"):
        optimizer.step()
    assert w.item() == -2


def test_an_optimiser_is_copied_and_pickled() -> None:
    w = nn.Parameter(tenet.ones(2))
    optimizer = optim.Adam([w], lr=0.1)
    train(optimizer, w, 2)
    rest = []
    for other in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        (parameter,) = other.param_groups[0]["params"]
        assert parameter is not w and other.state[parameter]["step"].item() == 2
        rest.append(train(other, parameter))
    assert rest[0] == rest[1] == train(optimizer, w)


def test_hooks() -> None:
    w, seen = nn.Parameter(tenet.ones(1)), []
    optimizer = optim.SGD([w], lr=0.1)
    for kind in ("step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_state_dict_pre", "load_state_dict_post"):
        getattr(optimizer, f"register_{kind}_hook")(lambda *args, kind=kind: seen.append(kind))
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
    assert seen == ["step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_state_dict_pre", "load_state_dict_post"]


def test_a_state_of_another_shape_is_refused() -> None:
    w, other = nn.Parameter(tenet.ones(1)), nn.Parameter(tenet.ones(2))
    optimizer = optim.SGD([w], lr=0.1, momentum=0.9)
    train(optimizer, w, 1)
    with pytest.raises(tenet.ValueError, match=r"\"momentum_buffer\" has shape \(1,\) but its parameter has \(2,\)"):
        optim.SGD([other], lr=0.1).load_state_dict(optimizer.state_dict())


def test_hooks_see_the_optimiser_among_the_arguments() -> None:
    p = nn.Parameter(tenet.ones(1))
    p.grad = tenet.ones(1)
    optimizer, seen = optim.SGD([p], lr=0.1), []
    optimizer.register_step_pre_hook(lambda self, args, kwargs: seen.append((args[0] is self, len(args), kwargs)))
    optimizer.register_step_post_hook(lambda self, args, kwargs: seen.append((args[0] is self, len(args), kwargs)))
    optimizer.step()
    optimizer.step(None)
    optimizer.step(closure=None)
    assert seen == [(True, 1, {})] * 2 + [(True, 2, {})] * 2 + [(True, 1, {"closure": None})] * 2
    optimizer.register_step_pre_hook(lambda self, args, kwargs: ((self, lambda: 7), {}))
    assert optimizer.step(closure=None) == 7


def test_betas_are_a_tuple() -> None:
    betas: Any = [0.8, 0.9]
    for make in (optim.Adam, optim.AdamW):
        assert make([nn.Parameter(tenet.ones(1))], betas=betas).param_groups[0]["betas"] == (0.8, 0.9)
