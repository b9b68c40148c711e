"""nn.Module: parts, names, state, hooks, text."""
import copy
import pickle
import subprocess
import sys
from collections import OrderedDict
from typing import Any

import pytest
import tenet
from tenet import nn


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.register_buffer("mean", tenet.zeros(2))
        self.register_buffer("scratch", tenet.zeros(1), persistent=False)
        self.scale = nn.Parameter(tenet.ones(2))
        self.register_parameter("absent", None)

    def forward(self, x: tenet.Tensor) -> Any:
        return self.conv(x) * self.scale.view(2, 1, 1)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = Block()
        self.shared = self.first.conv
        self.rest = nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Linear(18, 4))

    def forward(self, x: tenet.Tensor) -> Any:
        return self.rest(self.first(x))


KEYS = ["first.scale", "first.mean", "first.conv.weight", "first.conv.bias", "shared.weight", "shared.bias", "rest.2.weight",
        "rest.2.bias"]


def test_parts_are_found_in_order() -> None:
    net = Net()
    assert list(net.state_dict()) == KEYS
    assert [name for name, _ in net.named_parameters()] == [k for k in KEYS if "mean" not in k and "shared" not in k]
    assert [name for name, _ in net.named_buffers()] == ["first.mean", "first.scratch"]
    assert [name for name, _ in net.named_modules()] == ["", "first", "first.conv", "rest", "rest.0", "rest.1", "rest.2"]
    assert [name for name, _ in net.named_children()] == ["first", "shared", "rest"]
    assert sum(1 for _ in net.parameters()) == 5
    assert net.get_parameter("rest.2.bias") is net.rest[2].bias
    assert net.get_submodule("first.conv") is net.shared
    assert net.get_buffer("first.mean") is net.first.mean
    with pytest.raises(AttributeError, match="has no module 'nowhere'"):
        net.get_submodule("first.nowhere")
    assert "conv" in dir(net.first)


def test_attributes() -> None:
    block = Block()
    assert isinstance(block.scale, nn.Parameter) and block.scale.requires_grad
    block.mean = tenet.ones(2)  # stays a buffer
    assert dict(block.named_buffers())["mean"].tolist() == [1, 1]
    with pytest.raises(TypeError, match="Block.scale is a parameter and cannot become a Tensor"):
        block.scale = tenet.ones(2)  # type: ignore[assignment]
    block.scale = None  # type: ignore[assignment]
    assert block.scale is None and "scale" not in block.state_dict()
    del block.conv
    assert not hasattr(block, "conv")
    with pytest.raises(AttributeError, match="'Block' object has no attribute 'conv'"):
        block.conv
    block.number = 3
    block.number = nn.Linear(1, 1)  # a plain attribute becomes a part
    assert "number" in dict(block.named_children()) and "number" not in block.__dict__


def test_super_init_must_be_called() -> None:
    class Forgets(nn.Module):
        def __init__(self) -> None:
            self.fc = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"Forgets: call super\(\).__init__\(\) before assigning parts."):
        Forgets()


def test_names_that_cannot_be() -> None:
    module = nn.Module()
    for name, error in (("", KeyError), ("a.b", KeyError), (3, TypeError)):
        with pytest.raises(error):
            module.register_buffer(name, tenet.zeros(1))  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="already exists"):
        module.register_parameter("training", None)
    with pytest.raises(TypeError, match="Give a tenet.nn.Parameter, or None"):
        module.register_parameter("x", tenet.zeros(1))
    with pytest.raises(NotImplementedError, match=r"Module: define forward\(self, ...\)."):
        module(1)


def test_state_shares_memory_and_loads_into_it() -> None:
    net, other = Net(), Net()
    weight = net.rest[2].weight
    net.state_dict()["rest.2.weight"][0, 0] = 42
    assert weight[0, 0].item() == 42 and not net.state_dict()["rest.2.weight"].requires_grad
    assert net.state_dict(keep_vars=True)["rest.2.weight"] is weight
    report = net.load_state_dict(other.state_dict())
    assert repr(report) == "<All keys matched successfully>"
    assert net.rest[2].weight is weight and tenet.equal(weight, other.rest[2].weight)
    x = tenet.randn(2, 1, 5, 5)
    assert tenet.equal(net(x), other(x))


def test_loading_reports_everything_and_changes_nothing() -> None:
    net = Net()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    state = OrderedDict(Net().state_dict())
    del state["first.mean"]
    state["more"] = tenet.zeros(1)
    state["rest.2.weight"] = tenet.zeros(4, 3)
    with pytest.raises(tenet.ValueError) as caught:
        net.load_state_dict(state)
    assert str(caught.value) == (
        'load_state_dict: Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "first.mean".\n\t'
        'Unexpected key(s) in state_dict: "more".\n\tsize mismatch for rest.2.weight: copying a param with shape '
        'tenet.Size([4, 3]) from checkpoint, the shape in current model is tenet.Size([4, 18]).')
    assert all(tenet.equal(v, before[k]) for k, v in net.state_dict().items())
    state["rest.2.weight"] = tenet.zeros(4, 18)
    report = net.load_state_dict(state, strict=False)
    assert report.missing_keys == ["first.mean"] and report.unexpected_keys == ["more"]
    with pytest.raises(RuntimeError, match=r"'rest.2.bias' is a list. It must be a tenet.Tensor: tenet.from_numpy"):
        net.load_state_dict({"rest.2.bias": [1.0]}, strict=False)


def test_assign_takes_the_tensors_themselves() -> None:
    net, state = nn.Linear(2, 1), {"weight": tenet.ones(1, 2, dtype=tenet.float64), "bias": tenet.zeros(1)}
    net.load_state_dict(state, assign=True)
    assert net.weight.dtype == tenet.float64 and isinstance(net.weight, nn.Parameter) and net.weight.requires_grad
    state["weight"][0, 0] = 5
    assert net.weight[0, 0].item() == 5


def test_train_eval_apply_and_requires_grad_() -> None:
    net = Net()
    assert net.training and net.eval() is net
    assert not any(m.training for m in net.modules())
    seen = []
    net.train().apply(lambda m: seen.append(type(m).__name__))
    assert seen == ["Conv2d", "Block", "Conv2d", "ReLU", "Flatten", "Linear", "Sequential", "Net"]
    assert not any(p.requires_grad for p in net.requires_grad_(False).parameters())


def test_zero_grad() -> None:
    net = nn.Linear(2, 1)
    net(tenet.ones(1, 2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert net.weight.grad.tolist() == [[0, 0]]
    net.zero_grad()
    assert net.weight.grad is None


def test_to_keeps_the_objects() -> None:
    net = Net()
    parameters = list(net.parameters())
    net(tenet.randn(1, 1, 5, 5)).sum().backward()
    assert net.double() is net
    assert all(p is q for p, q in zip(parameters, net.parameters()))
    assert {p.dtype for p in net.parameters()} == {tenet.float64}
    assert {p.grad.dtype for p in net.parameters()} == {tenet.float64} and net.first.mean.dtype == tenet.float64
    assert net(tenet.randn(1, 1, 5, 5, dtype=tenet.float64)).dtype == tenet.float64
    assert net.to(tenet.float32).to("cpu").float().shared.weight.dtype == tenet.float32
    assert all(p.requires_grad and p.is_leaf for p in net.parameters())


def test_a_parameter_of_a_layer_is_found_wherever_it_is() -> None:
    layer = nn.Linear(2, 1)
    assert layer.weight is layer._parameters["weight"] and vars(layer).get("weight") is None
    weight = layer.weight
    del layer.weight
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'weight'"):
        layer.weight
    assert not hasattr(layer, "weight") and nn.Linear(2, 1, bias=False).bias is None
    layer.register_buffer("weight", weight.detach())
    assert isinstance(layer.weight, tenet.Tensor) and list(dict(layer.named_parameters())) == ["bias"]
    del layer.weight
    layer.weight = weight.detach() * 2  # a plain attribute, as programs that compute weights set it
    assert tenet.equal(layer(tenet.ones(1, 2)), nn.functional.linear(tenet.ones(1, 2), weight * 2, layer.bias))

    class Half(nn.Linear):
        @property
        def weight(self) -> Any:
            return self._parameters["weight"] / 2

        @weight.setter
        def weight(self, value: Any) -> None:
            raise AssertionError("Module.__setattr__ keeps it")

    half = Half(2, 1)
    assert tenet.equal(half.weight * 2, half._parameters["weight"]) and len(list(half.parameters())) == 2
    assert repr(nn.Linear.weight).startswith("<tenet.Part object")


def test_forward_hooks() -> None:
    net, seen = nn.Linear(2, 1), []
    pre = net.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
    with net.register_forward_hook(lambda m, args, y: seen.append((args[0].tolist(), y.shape))):
        doubled = net(tenet.ones(2))
    assert seen == [([2, 2], (1,))]
    pre.remove()
    last = net.register_forward_hook(lambda m, args, kwargs, y: y * 0, with_kwargs=True)
    assert net(input=tenet.ones(2)).item() == 0
    last.remove()
    assert doubled.item() != net(tenet.ones(2)).item() and len(seen) == 1


def test_hooks_that_came_with_a_pickle_run() -> None:
    net = nn.ReLU()
    net.register_forward_hook(print)
    program = f"import pickle, tenet; pickle.loads({pickle.dumps(net)!r})(tenet.tensor([-1.0, 2.0]))"
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert printed == "ReLU() (tensor([-1.,  2.]),) tensor([0., 2.])\n"


def test_full_backward_hook() -> None:
    net, seen = nn.Linear(2, 1, bias=False), []
    handle = net.register_full_backward_hook(lambda m, dx, dy: seen.append((dx[0].tolist(), dy[0].tolist())))
    x = tenet.ones(1, 2, requires_grad=True)
    (net(x) * 3).sum().backward()
    assert seen == [((3 * net.weight).tolist(), [[3]])] and x.grad.tolist() == seen[0][0]
    handle.remove()
    with net.register_full_backward_hook(lambda m, dx, dy: (dx[0] * 0,)):
        x.grad = None
        net(x).sum().backward()
    assert x.grad.tolist() == [[0, 0]] and net.weight.grad is not None  # type: ignore[attr-defined]
    seen.clear()
    net.register_full_backward_hook(lambda m, dx, dy: seen.append(dx))
    net(tenet.ones(1, 2)).sum().backward()
    assert seen == [(None,)]  # type: ignore[comparison-overlap]


class Custom(Exception):
    """Nothing that Tenet knows."""


def test_an_exception_in_a_hook_arrives_whole() -> None:
    net = nn.Linear(2, 1)

    def fail(*args: Any) -> None:
        raise Custom("from the hook")

    for register in (net.register_forward_hook, net.register_forward_pre_hook, net.register_full_backward_hook):
        with register(fail):
            with pytest.raises(Custom, match="from the hook"):
                net(tenet.ones(1, 2, requires_grad=True)).sum().backward()
    net(tenet.ones(1, 2)).sum().backward()


def test_repr_is_pytorchs() -> None:
    assert repr(Net()) == """Net(
  (first): Block(
    (conv): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))
  )
  (shared): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))
  (rest): Sequential(
    (0): ReLU()
    (1): Flatten(start_dim=1, end_dim=-1)
    (2): Linear(in_features=18, out_features=4, bias=True)
  )
)"""
    assert repr(nn.Module()) == "Module()"
    assert repr(nn.Parameter(tenet.ones(1))) == "Parameter containing:\ntensor([1.], requires_grad=True)"


def test_copies_and_pickles() -> None:
    net = Net()
    x = tenet.randn(1, 1, 5, 5)
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert tenet.equal(net(x), other(x)) and other.shared is other.first.conv
        assert isinstance(other.first.scale, nn.Parameter) and other.first.scale.requires_grad
        with tenet.no_grad():
            other.first.scale.zero_()
        assert net.first.scale.tolist() == [1, 1]
    assert copy.copy(net).first is net.first


def test_parameters_and_buffers_as_types() -> None:
    p = nn.Parameter(tenet.ones(2))
    assert isinstance(p, tenet.Tensor) and p.requires_grad and p.is_leaf
    assert not nn.Parameter(tenet.ones(2), requires_grad=False).requires_grad
    assert type(p * 1) is tenet.Tensor
    module = nn.Module()
    module.state = nn.Buffer(tenet.ones(1))
    module.scratch = nn.Buffer(tenet.ones(1), persistent=False)
    assert list(module.state_dict()) == ["state"] and len(list(module.buffers())) == 2


def test_clip_grad() -> None:
    p = nn.Parameter(tenet.ones(2))
    p.grad = tenet.tensor([3.0, 4.0])
    assert nn.utils.clip_grad_norm_([p], 1.0).item() == 5
    assert tenet.allclose(p.grad, tenet.tensor([0.6, 0.8]), 1e-5)
    nn.utils.clip_grad_value_(p, 0.7)
    assert p.grad.tolist() == [pytest.approx(0.6), pytest.approx(0.7)]
    assert nn.utils.clip_grad_norm_([p], 1.0, float("inf")).item() == pytest.approx(0.7)
    vector = nn.utils.parameters_to_vector([p, p])
    assert vector.shape == (4,)
    nn.utils.vector_to_parameters(tenet.tensor([5.0, 6.0]), [p])
    assert p.tolist() == [5, 6]


def test_html_names_every_parameter() -> None:
    text = Net()._repr_html_()
    assert "rest.2.weight" in text and "(4, 18)" in text and "<table>" in text


def test_training_is_a_bool_and_a_part_may_have_its_own_train() -> None:
    class Frozen(nn.Linear):
        def train(self, mode: bool = True) -> Any:
            return super().train(False)

    net = nn.Sequential(nn.Linear(1, 1), Frozen(1, 1)).train()
    assert [part.training for part in net.modules()] == [True, True, False]
    with pytest.raises(tenet.ValueError, match="training mode is expected to be boolean, not 1"):
        net.train(1)  # type: ignore[arg-type]


def test_a_part_is_exchanged_by_name() -> None:
    net = nn.Sequential(nn.Sequential(nn.ReLU()))
    net.set_submodule("0.0", nn.Tanh())
    assert isinstance(net[0][0], nn.Tanh)
    with pytest.raises(tenet.ValueError, match="without a target name"):
        net.set_submodule("", nn.Tanh())


def test_pytorchs_paths() -> None:
    from tenet.nn.modules.conv import Conv2d  # type: ignore[import-not-found]
    from tenet.nn.modules.utils import _pair, _triple

    assert Conv2d is nn.Conv2d and nn.modules.Linear is nn.Linear and nn.modules.module.Module is nn.Module
    assert _pair(3) == (3, 3) and _triple([1, 2, 3]) == (1, 2, 3)


def test_a_buffer_reads_as_a_tensor() -> None:
    assert repr(nn.Buffer(tenet.ones(1))) == str(nn.Buffer(tenet.ones(1))) == "tensor([1.])"


def test_apply_to_tensors_takes_what_the_function_gives() -> None:
    net = Block()
    net.shared = net.scale
    weight, mean = net.scale, net.mean
    weight.grad = tenet.ones(2)
    assert net._apply(lambda x: x * 0 + 3) is net
    assert net.scale is net.shared is weight and weight.tolist() == weight.grad.tolist() == [3, 3]
    assert weight.is_leaf and weight.requires_grad
    assert net.mean is not mean and net.mean.tolist() == [3, 3] and net.conv.bias.tolist() == [3, 3]
    address = weight.data_ptr()
    net.float()
    assert weight.data_ptr() == address and net.double().scale is weight and weight.grad.dtype == tenet.float64
