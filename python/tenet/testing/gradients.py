"""Gradient and adjoint checks as assertions."""
import copy

from tenet import _C
from tenet.autograd.check import gradcheck
from tenet.nn.module import Module


def assert_gradients(f, *inputs, order=1, rtol=None, atol=None, full=None, directions=16, seed=0, names=()):
    """The gradients of f at the inputs agree with differences of its values; with order=n the gradients of the gradients
    too, n times. f is a function of the inputs, or a module: its parameters are checked too, by name, on a float64 copy.
    Every floating input is checked; options are those of tenet.gradcheck. Raises AssertionError with the report."""
    options = {"order": order, "rtol": rtol, "atol": atol, "full": full, "directions": directions, "seed": seed}
    if isinstance(f, Module):
        f, inputs, names = _of_parameters(f, inputs)
    floating = [x.detach() if _is_floating(x) else x for x in inputs]  # so that none is left out
    report = gradcheck(f, floating, names=names, raise_exception=False, **options)
    if not report:
        raise AssertionError(str(report))


def assert_adjoint(forward, backward, x, y):
    """`backward` is the adjoint of the linear map `forward`: <forward(x), y> == <x, backward(y)>, exactly for integers.
    Raises AssertionError with the two numbers."""
    report = _C.adjoint_check(forward, backward, x, y)
    if not report:
        raise AssertionError(str(report))


def _is_floating(x):
    return isinstance(x, _C.Tensor) and x.is_floating_point()


def _of_parameters(module, inputs):
    """A module as a function of its inputs and parameters."""
    module = copy.deepcopy(module).double()
    parameters = dict(module.named_parameters())
    slots = {name: _slot(module, name) for name in parameters}

    def call(*tensors):
        for name, tensor in zip(parameters, tensors[len(inputs):]):
            owner, attribute = slots[name]
            owner._parameters[attribute] = tensor
        return module(*tensors[:len(inputs)])

    inputs = [x.to(_C.float64) if _is_floating(x) else x for x in inputs]
    names = [f"input {i}" for i in range(len(inputs))] + list(parameters)
    return call, [*inputs, *(p.detach() for p in parameters.values())], names


def _slot(module, name):
    path, _, attribute = name.rpartition(".")
    return module.get_submodule(path), attribute
