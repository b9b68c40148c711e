"""Every public name of C++ has a Python name, and takes its arguments by place and by keyword."""
import pathlib
import re
from typing import Any

import pytest
import tenet
from tenet import nn
from tenet.nn import functional as F
from tenet.testing import assert_close, assert_gradients

ROOT = pathlib.Path(__file__).parents[2]

# --- The names -----------------------------------------------------------------------------------------------------------

# In Python under another name, or in another form.
ELSEWHERE = {
    "grad_enabled": tenet.is_grad_enabled, "num_threads": tenet.get_num_threads, "apply": tenet.autograd.Function.apply,
    "max_pool2d_with_indices": F.max_pool2d, "gradcheck_module": assert_gradients,
    "index": tenet.Tensor.__getitem__, "default_": nn.init.default_, "parse_idx": tenet.utils.data.read_idx,
    "from_memory": tenet.from_numpy, "requires_history": tenet.Tensor.requires_grad, "backward": tenet.Tensor.backward,
    "set_grad": tenet.Tensor.grad, "set_print_options": tenet.set_printoptions, "print_options": tenet.set_printoptions, "strides": tenet.Tensor.stride, "is_view": tenet.Tensor._version, "remove_hook": tenet.RemovableHandle.remove,
}
# Of C++ alone: text for streams, pieces of templates.
INTERNAL = {"str", "name", "collect", "fresh_output", "type_name", "as_list", "call", "call_with", "camel_case", "item_as_double",
            "item_as_int", "make_view", "name_parts", "part", "run", "separate", "shape_of", "slots_of", "take_name", "in_quotes",
            "join", "bits_at", "normal_at", "normal_pair", "philox", "uniform_at", "uniform_double", "uniform_float",
            "rounded_up", "undivided",
            # of Tensor
            "adopt", "make", "make_like", "same_shape", "fail_undefined", "defined", "impl", "impl_or_null", "operator"}
PLACES = (tenet, F, tenet.Tensor, nn.init, tenet.autograd, tenet.utils.data, nn)


def code(header: str) -> Any:
    return re.sub(r"//.*", "", (ROOT / header).read_text())


def public_headers() -> Any:
    return re.findall(r'#include "tenet/(.*?)"', (ROOT / "tenet.h").read_text())


def functions_of(text: str) -> Any:
    """Names of free functions: lines that begin with a type and a name before a bracket."""
    return set(re.findall(r"^(?:inline |template <[^>]*> )?(?:[\w:<>]+(?: [&*]| |& |\* ))+(\w+)\(", text, re.M))


def pointwise() -> Any:
    """Names that stand in tables: TENET_UNARY_OPS and its like."""
    return {name for header in ("unary", "binary", "compare")
            for name in re.findall(r"X\(\w+, (\w+)", code(f"ops/elementwise/{header}.h"))}


def methods_of_tensor() -> Any:
    return set(re.findall(r"^  (?:static |\[\[nodiscard\]\] )?(?:[\w:<>]+&? )(\w+)\(", code("framework/tensor/tensor.h"), re.M))


def layers() -> Any:
    return {name for header in public_headers() if header.startswith("nn/")
            for name in re.findall(r"^struct (\w+) : Module", code(header), re.M)}


def has_python_name(name: str) -> Any:
    return name in INTERNAL or ELSEWHERE.get(name) is not None or any(hasattr(place, name) for place in PLACES)


def test_the_headers_are_read() -> None:
    """That the patterns find what they should."""
    names = set().union(*(functions_of(code(header)) for header in public_headers()))
    assert {"conv2d", "arange", "matmul", "scatter_add_", "digits", "tape_text", "cross_entropy", "index_put"} <= names
    assert {"add", "relu", "eq", "logical_xor", "clamp"} <= pointwise() and len(pointwise()) >= 25
    assert {"reshape", "backward", "requires_grad_", "masked_fill", "sum"} <= methods_of_tensor()
    assert {"Conv2d", "Sequential", "Linear", "ReLU"} <= layers()
    assert not has_python_name("an_op_that_is_not_there")


@pytest.mark.parametrize("header", public_headers())
def test_every_public_function_has_a_python_name(header: str) -> None:
    assert [name for name in functions_of(code(header)) if not has_python_name(name)] == []


def test_every_pointwise_op_method_and_layer_has_a_python_name() -> None:
    assert [name for name in pointwise() if not hasattr(tenet, name)] == []
    assert [name for name in methods_of_tensor() if not has_python_name(name)] == []
    assert [name for name in layers() if not hasattr(nn, name)] == []


# --- The calls -----------------------------------------------------------------------------------------------------------

X, Y = tenet.tensor([[0.5, 0.25, 0.75], [0.1, 0.9, 0.6]]), tenet.tensor([[1.0, 0.0, 2.0], [2.0, 1.0, 0.5]])
N, M, LABELS = tenet.tensor([2, 0, 1]), X > 0.4, tenet.tensor([0, 2])
IMAGE, KERNEL, BIAS = tenet.arange(32.0).view(1, 2, 4, 4), tenet.arange(36.0).view(2, 2, 3, 3), tenet.ones(2)
POOLED, PLACED = F.max_pool2d(IMAGE, 2, return_indices=True)

UNARY = {name: (X,) for name in ("neg", "abs", "exp", "log", "sqrt", "square", "sin", "cos", "tanh", "sigmoid", "relu", "isnan",
                                 "logical_not", "clone", "numel", "t", "nonzero", "argmax", "sum", "mean", "var", "amax", "any",
                                 "all", "max", "squeeze")}
BINARY = {name: (X, Y) for name in ("add", "sub", "mul", "div", "maximum", "minimum", "eq", "ne", "lt", "le", "gt", "ge",
                                    "logical_and", "logical_or", "logical_xor", "equal", "allclose")}
NAMES = {**{name: ("input",) for name in UNARY}, **{name: ("input", "other") for name in BINARY}}

# name: (argument names, arguments)
CALLS = {
    **{name: (NAMES[name], args) for name, args in {**UNARY, **BINARY}.items()},
    "clamp": (("input", "min", "max"), (X, 0.2, 0.7)),
    "where": (("condition", "input", "other"), (M, X, Y)),
    "masked_fill": (("input", "mask", "value"), (X, M, 7.0)),
    "masked_select": (("input", "mask"), (X, M)),
    "index_select": (("input", "dim", "index"), (X, 1, N)),
    "gather": (("input", "dim", "index"), (X, 1, tenet.tensor([[2], [0]]))),
    "scatter_add": (("input", "dim", "index", "src"), (X, 1, tenet.tensor([[2], [0]]), tenet.ones(2, 1))),
    "index_put": (("input", "indices", "values", "accumulate"), (X, (tenet.tensor([1]),), tenet.tensor(2.0), True)),
    "matmul": (("input", "other"), (X, Y.T)),
    "reshape": (("input", "shape"), (X, (3, 2))), "permute": (("input", "dims"), (X, (1, 0))),
    "expand": (("input", "size"), (X[:1], (4, 3))), "broadcast_to": (("input", "size"), (X[:1], (4, 3))),
    "transpose": (("input", "dim0", "dim1"), (X, 0, 1)), "unsqueeze": (("input", "dim"), (X, 0)),
    "flatten": (("input", "start_dim", "end_dim"), (X, 0, 1)), "select": (("input", "dim", "index"), (X, 1, 2)),
    "narrow": (("input", "dim", "start", "length"), (X, 1, 1, 2)), "flip": (("input", "dims"), (X, (1,))),
    "as_strided": (("input", "size", "stride", "storage_offset"), (X, (2, 2), (1, 2), 1)),
    "unbind": (("input", "dim"), (X, 1)), "sum_to_size": (("input", "size"), (X, (1, 3))),
    "cat": (("tensors", "dim"), ((X, Y), 1)), "concat": (("tensors", "dim"), ((X, Y), 1)), "stack": (("tensors", "dim"), ((X, Y), 1)),
    "pow": (("input", "exponent"), (X, Y)), "floor_divide": (("input", "other"), (X, X)), "remainder": (("input", "other"), (X, X + 1)),
    "softmax": (("input", "dim"), (X, 1)), "log_softmax": (("input", "dim"), (X, 1)),
    "arange": (("start", "end", "step"), (1, 7, 2)), "linspace": (("start", "end", "steps"), (0, 1, 5)), "eye": (("n", "m"), (2, 3)),
    "full": (("size", "fill_value"), ((2,), 3.0)), "full_like": (("input", "fill_value"), (X, 3.0)), "tensor": (("data",), ([1, 2],)),
    "zeros_like": (("input",), (X,)), "ones_like": (("input",), (X,)), "as_tensor": (("data", "dtype"), ([1], tenet.float64)),
    "as_matrix": (("kernel", "input_size"), (KERNEL, (4, 4))), "as_sparse": (("kernel", "input_size"), (KERNEL, (4, 4))),
    "singular_values": (("kernel", "input_size", "n"), (KERNEL, (4, 4), 2)), "operator_norm": (("kernel", "input_size"), (KERNEL, (4, 4))),
    "conv_transpose_matrix": (("kernel", "input_size", "stride"), (KERNEL, (2, 2), 2)),
    "conv_output_size": (("input_size", "kernel_size", "stride", "padding", "dilation"), ((8, 9), (3, 3), 2, 1, 1)),
    "conv_transpose_output_size": (("input_size", "kernel_size", "stride"), ((4, 4), (3, 3), 2)),
    "output_padding_for": (("conv_input_size", "kernel_size", "stride"), ((8, 9), (3, 3), 2)),
    "conv_scratch_bytes": (("input_shape", "weight_shape", "stride"), ((1, 2, 4, 4), (2, 2, 3, 3), 1)),
}
FUNCTIONAL = {
    "linear": (("input", "weight", "bias"), (X, tenet.ones(2, 3), BIAS)),
    "conv": (("input", "weight", "bias", "stride", "padding", "dilation", "groups"), (IMAGE, KERNEL, BIAS, 1, (1, 0), 1, 1)),
    "conv2d": (("input", "weight", "bias", "stride", "padding", "dilation", "groups"), (IMAGE, KERNEL, BIAS, 2, "valid", 1, 1)),
    "conv1d": (("input", "weight", "bias", "stride"), (IMAGE[0], tenet.ones(3, 4, 2), None, 2)),
    "conv3d": (("input", "weight"), (IMAGE.view(1, 2, 4, 4, 1), KERNEL.view(2, 2, 3, 3, 1))),
    "conv_transpose": (("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation", "output_size"),
                       (IMAGE, KERNEL, BIAS, 2, 1, 0, 1, 1, (8, 8))),
    "conv_transpose2d": (("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation"),
                         (IMAGE, KERNEL, BIAS, 2, 1, 1, 1, 1)),
    "conv_transpose1d": (("input", "weight"), (tenet.ones(1, 2, 4), tenet.ones(2, 3, 2))),
    "conv_transpose3d": (("input", "weight"), (tenet.ones(1, 2, 2, 2, 2), tenet.ones(2, 1, 2, 2, 2))),
    "max_pool2d": (("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"), (IMAGE, 2, 1, 1, 1, True)),
    "avg_pool2d": (("input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"), (IMAGE, 2, 1, 1, True, False)),
    "max_unpool2d": (("input", "indices", "kernel_size", "stride", "padding", "output_size"), (POOLED, PLACED, 2, 2, 0, (4, 4))),
    "unfold": (("input", "kernel_size", "dilation", "padding", "stride"), (IMAGE, 2, 1, 1, 2)),
    "fold": (("input", "output_size", "kernel_size", "dilation", "padding", "stride"), (tenet.ones(1, 8, 4), (4, 4), 2, 1, 0, 2)),
    "pad": (("input", "pad"), (X, (1, 2, 0, 1))),
    "softmax": (("input", "dim"), (X, 0)), "log_softmax": (("input", "dim"), (X, 0)),
    "nll_loss": (("input", "target", "weight", "size_average", "ignore_index", "reduce", "reduction"),
                 (X, LABELS, X[0], None, 0, None, "sum")),
    "cross_entropy": (("input", "target", "weight", "size_average", "ignore_index", "reduce", "reduction",
                       "label_smoothing"), (X, LABELS, X[0], None, 0, None, "sum", 0.1)),
    "mse_loss": (("input", "target", "size_average", "reduce", "reduction", "weight"), (X, Y, None, None, "sum", X)),
    "relu": (("input",), (X,)), "sigmoid": (("input",), (X,)), "tanh": (("input",), (X,)),
}


def dense(value: Any) -> Any:
    return value.to_dense() if isinstance(value, tenet.CsrMatrix) else value


@pytest.mark.parametrize("place, name", [(place, name) for place, calls in ((tenet, CALLS), (F, FUNCTIONAL)) for name in calls])
def test_by_place_and_by_keyword(place: Any, name: str) -> None:
    names, args = (CALLS if place is tenet else FUNCTIONAL)[name]
    f = getattr(place, name)
    by_place = dense(f(*args))
    assert_close(by_place, dense(f(**dict(zip(names, args)))), rtol=0, atol=0)
    assert_close(by_place, dense(f(*args[:1], **dict(zip(names[1:], args[1:])))), rtol=0, atol=0)
    method = getattr(tenet.Tensor, name, None)
    if place is tenet and method is not None and isinstance(args[0], tenet.Tensor) and names[0] == "input":
        assert_close(by_place, method(*args), rtol=0, atol=0)
        assert_close(by_place, getattr(args[0], name)(**dict(zip(names[1:], args[1:]))), rtol=0, atol=0)
    with pytest.raises(TypeError):
        f(*args, no_such_argument=1)


def test_every_function_is_called() -> None:
    """That the table above has them all."""
    random_or_made = {"empty", "zeros", "ones", "rand", "randn", "randint", "randperm", "manual_seed", "uniform_", "normal_", "constant_",
                      "default_", "kaiming_uniform_", "xavier_uniform_", "empty_like", "rand_like", "randn_like"}
    ops = {name for header in public_headers() if header.startswith("ops/") for name in functions_of(code(header))} | pointwise()
    missing = {n for n in ops if n not in CALLS and n not in FUNCTIONAL and n not in INTERNAL and n not in ELSEWHERE
               and not n.endswith("_") and n not in random_or_made}
    assert missing == set()


IN_PLACE = {"add_": (Y,), "sub_": (Y,), "mul_": (Y,), "div_": (Y,), "pow_": (2,), "floor_divide_": (X,), "remainder_": (2,), "maximum_": (Y,), "minimum_": (Y,), "clamp_": (0.2, 0.7),
            "masked_fill_": (M, 3.0), "scatter_add_": (1, tenet.tensor([[2], [0]]), tenet.ones(2, 1)), "copy_": (Y,),
            "index_put_": ((tenet.tensor([1]),), tenet.tensor(2.0)),
            **{name + "_": () for name in ("neg", "abs", "exp", "log", "sqrt", "square", "sin", "cos", "tanh", "sigmoid", "relu")}}


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_forms(name: str) -> None:
    x = X.clone()
    assert getattr(x, name)(*IN_PLACE[name]) is x
    if hasattr(tenet, name[:-1]):
        assert_close(x, getattr(tenet, name[:-1])(X, *IN_PLACE[name]), rtol=0, atol=0)
    assert x._version == 1
