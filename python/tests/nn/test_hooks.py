"""Hooks of one module and of all modules."""
from typing import Any

import pytest
import tenet
from tenet import nn


class Failing(nn.Module):
    def forward(self, x: Any) -> Any:
        raise KeyError("from forward")


def test_a_hook_that_is_always_called() -> None:
    net, seen = Failing(), []
    net.register_forward_hook(lambda module, args, y: seen.append(y), always_call=True)
    net.register_forward_hook(lambda module, args, y: seen.append("no"))
    with pytest.raises(KeyError, match="from forward"):
        net(tenet.ones(1))
    assert seen == [None]


def test_backward_pre_hooks_change_what_arrives() -> None:
    net, x = nn.Linear(2, 1), tenet.ones(1, 2, requires_grad=True)
    seen = []
    net.register_full_backward_hook(lambda module, dx, dy: seen.append(dy[0].item()))
    net.register_full_backward_pre_hook(lambda module, dy: (dy[0] * 3,))
    net(x).sum().backward()
    assert seen == [3] and tenet.equal(x.grad, 3 * net.weight.detach())
    assert net.bias is not None and net.bias.grad.tolist() == [3]


@pytest.mark.parametrize("register, hook", [
    ("register_full_backward_hook", lambda module, dx, dy: dx * 2), ("register_full_backward_pre_hook", lambda module, dy: dy * 2),
])
def test_the_wrong_number_of_gradients(register: str, hook: Any) -> None:
    net = nn.Linear(1, 1)
    getattr(net, register)(hook)
    with pytest.raises(tenet.GradientError, match="backward hook: returned an invalid number of grad_.*, got 2, but expected 1."):
        net(tenet.ones(1, 1, requires_grad=True)).sum().backward()


def test_what_a_pre_hook_with_kwargs_returns() -> None:
    net = nn.ReLU()
    net.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    with pytest.raises(RuntimeError, match=r"ReLU: forward pre-hook must return None or a tuple of \(new_args, new_kwargs\)"):
        net(tenet.ones(1))


def test_hooks_of_all_modules() -> None:
    all_, seen = nn.modules.module, []

    def name(kind: str) -> Any:
        return lambda module, *rest: seen.append(f"{kind} {type(module).__name__}")

    with all_.register_module_forward_pre_hook(name("pre")), all_.register_module_forward_hook(name("y")), \
            all_.register_module_full_backward_hook(name("dx")), all_.register_module_full_backward_pre_hook(name("dy")):
        nn.Sequential(nn.Linear(1, 1))(tenet.ones(1, 1, requires_grad=True)).sum().backward()
    nn.ReLU()(tenet.ones(1))
    assert seen == ["pre Sequential", "pre Linear", "y Linear", "y Sequential", "dy Sequential", "dy Linear", "dx Linear",
                    "dx Sequential"]


def test_hooks_of_registration() -> None:
    all_, seen = nn.modules.module, []
    hook = lambda module, name, part: seen.append(name)  # noqa: E731
    with all_.register_module_module_registration_hook(hook), all_.register_module_parameter_registration_hook(hook), \
            all_.register_module_buffer_registration_hook(hook):
        net = nn.Module()
        net.part, net.w = nn.ReLU(), nn.Parameter(tenet.ones(1))
        net.register_buffer("b", tenet.ones(1))
    assert seen == ["part", "w", "b"]


def test_handles_are_of_one_kind() -> None:
    handle = nn.Linear(1, 1).register_forward_hook(print)
    assert type(handle) is tenet.utils.hooks.RemovableHandle
    assert isinstance(tenet.ones(1, requires_grad=True).register_hook(print), tenet.utils.hooks.RemovableHandle)
    hooks: dict[int, Any] = {}
    extra: dict[int, Any] = {}
    with tenet.utils.hooks.RemovableHandle(hooks, extra_dict=extra) as own:
        hooks[own.id] = extra[own.id] = print
        assert own.id != handle.id
    assert not hooks and not extra
