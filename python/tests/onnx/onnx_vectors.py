"""The ONNX project's own test vectors, for the ops that Tenet has. They come with the package of that name (1.22 is the last that
has them), so this file is not among the tests that run everywhere:

    python -m pip install onnx==1.22.0 numpy pytest hypothesis
    PYTHONPATH=build/python python -m pytest python/tests/onnx/onnx_vectors.py

A vector runs if its op stands in OPS and its types are Tenet's. It is left out by a rule alone: an op, a type or an attribute that
Tenet does not have. How many run is asserted.
"""
import collections
import pathlib
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import tenet
from tenet.nn import functional as F

NODES = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "node"
RUN = 436  # how many vectors must run
ROUNDED = {"test_averagepool_2d_ceil_last_window_starts_on_pad": 4e-4}  # their numbers have four digits
TYPES = {np.dtype(t) for t in (np.float32, np.float64, np.int64, np.int32, np.uint8, np.bool_)}
# Sums of many products: rounding by the order of addition. Everything else is one function of a number.
LOOSE = {"Conv", "ConvTranspose", "MatMul", "Gemm", "Softmax", "LogSoftmax", "AveragePool", "SoftmaxCrossEntropyLoss",
         "NegativeLogLikelihoodLoss", "ReduceMean", "ReduceSum", "ReduceL2", "ReduceL1", "ReduceLogSum", "ReduceLogSumExp",
         "ReduceSumSquare", "Mean", "GlobalAveragePool"}


class NotThere(Exception):
    """An attribute, or a value of it, that Tenet does not have."""


def ints(x: tenet.Tensor) -> Any:
    return None if x is None else [int(i) for i in x.tolist()]


def refuse(unless: Any, what: Any) -> None:
    if not unless:
        raise NotThere(what)


# --- Ops: f(inputs, attributes) -> an output or a tuple of them ---------------------------------------------------------

def conv(x: tenet.Tensor, a: Any) -> Any:
    data, weight, bias = (*x, None)[:3]
    return F.conv(data, weight, bias, stride=strides(a, weight), padding=padding(a, weight), dilation=a.get("dilations", 1),
                  groups=a.get("group", 1))


def strides(a: Any, weight: Any) -> Any:
    return a.get("strides", [1] * (weight.dim() - 2))


def padding(a: Any, weight: Any) -> Any:
    """Pairs (low, high), one for each axis."""
    mode = a.get("auto_pad", "NOTSET")
    if mode == "VALID":
        return "valid"
    refuse(mode == "NOTSET", f"auto_pad {mode}")
    axes = weight.dim() - 2
    pads = a.get("pads", [0] * (2 * axes))
    return tuple(zip(pads[:axes], pads[axes:]))


def conv_transpose(x: tenet.Tensor, a: Any) -> Any:
    data, weight, bias = (*x, None)[:3]
    refuse("output_shape" not in a or a.get("auto_pad", "NOTSET") == "NOTSET", "output_shape with auto_pad")
    refuse("output_shape" not in a, "output_shape, which chooses the padding")
    return F.conv_transpose(data, weight, bias, stride=strides(a, weight), padding=padding(a, weight),
                            output_padding=a.get("output_padding", 0), groups=a.get("group", 1), dilation=a.get("dilations", 1))


def window(x: tenet.Tensor, a: Any, name: str) -> Any:
    """Kernel, stride and padding of a pool of two axes with as many zeros on both sides."""
    kernel = a["kernel_shape"]
    refuse(len(kernel) == 2, f"{name} of {len(kernel)} axes")
    refuse(a.get("auto_pad", "NOTSET") in ("NOTSET", "VALID"), f"auto_pad {a.get('auto_pad')}")
    pads = a.get("pads", [0] * 4)
    refuse(pads[:2] == pads[2:], f"{name} with other zeros before than behind")
    refuse(all(2 * p <= k for p, k in zip(pads, kernel)), f"{name} with more zeros than half the window")
    return kernel, a.get("strides", [1, 1]), pads[:2]


def max_pool(x: tenet.Tensor, a: Any) -> Any:
    kernel, stride, pads = window(x, a, "MaxPool")
    refuse(a.get("storage_order", 0) == 0, "column-major indices")
    values, indices = F.max_pool2d(x[0], kernel, stride, pads, a.get("dilations", 1), bool(a.get("ceil_mode", 0)), True)
    planes = x[0].shape[2] * x[0].shape[3]  # ONNX counts through the whole tensor
    first = tenet.arange(x[0].shape[0] * x[0].shape[1]).view(*x[0].shape[:2], 1, 1) * planes
    return values, indices + first


def average_pool(x: tenet.Tensor, a: Any) -> Any:
    kernel, stride, pads = window(x, a, "AveragePool")
    refuse(set(a.get("dilations", [1])) == {1}, "AveragePool with dilation")
    return F.avg_pool2d(x[0], kernel, stride, pads, bool(a.get("ceil_mode", 0)), bool(a.get("count_include_pad", 0)))


def max_unpool(x: tenet.Tensor, a: Any) -> Any:
    kernel, stride, pads = window(x, a, "MaxUnpool")
    size = ints(x[2])[-2:] if len(x) > 2 else tenet.conv_transpose_output_size(x[0].shape[2:], tuple(kernel), stride=stride)
    small = tenet.conv_transpose_output_size(x[0].shape[2:], tuple(kernel), stride=stride, padding=pads)
    planes = small[0] * small[1]
    where = x[1] - tenet.arange(x[0].shape[0] * x[0].shape[1]).view(*x[0].shape[:2], 1, 1) * planes
    refuse(tuple(size) == tuple(small), "indices of another size than the output's")
    return F.max_unpool2d(x[0], where, kernel, stride, pads, tuple(size))


def gemm(x: tenet.Tensor, a: Any) -> Any:
    left, right = x[0].T if a.get("transA") else x[0], x[1].T if a.get("transB") else x[1]
    y = (left @ right) * a.get("alpha", 1.0)
    return y + x[2] * a.get("beta", 1.0) if len(x) > 2 else y


def reduction(f: Any) -> Any:
    """Over axes, given as an attribute or as the second input; none means all, or nothing at all if so said."""
    def reduce(x: tenet.Tensor, a: Any) -> Any:
        axes = ints(x[1]) if len(x) > 1 and x[1] is not None else a.get("axes")
        if not axes and a.get("noop_with_empty_axes"):
            return f(x[0], [], True) if f is not identity_sum else x[0]
        return f(x[0], axes or list(range(x[0].dim())), bool(a.get("keepdims", 1)))

    return reduce


def largest(x: tenet.Tensor, axes: Any, keepdims: Any) -> Any:
    refuse(x.numel() > 0, "the largest of nothing")
    return x.amax(axes, keepdims)


def smallest(x: tenet.Tensor, axes: Any, keepdims: Any) -> Any:
    refuse(x.dtype != tenet.bool, "the smallest of bools")
    return -largest(-x, axes, keepdims)


def identity_sum(x: tenet.Tensor, axes: Any, keepdims: Any) -> Any:
    return x.sum(axes, keepdims)


def log_sum_exp(x: tenet.Tensor, axes: Any, keepdims: Any) -> Any:
    top = largest(x, axes, True)
    y = (x - top).exp().sum(axes, True).log() + top
    return y if keepdims else y.reshape([n for d, n in enumerate(y.shape) if d not in [k % x.dim() for k in axes]])


def argmax(x: tenet.Tensor, a: Any) -> Any:
    refuse(not a.get("select_last_index", 0), "ArgMax of the last of equal ones")
    return x[0].argmax(a.get("axis", 0), bool(a.get("keepdims", 1)))


def softmax(f: Any) -> Any:
    return lambda x, a: f(x[0], a.get("axis", -1))


def reshape(x: tenet.Tensor, a: Any) -> Any:
    sizes = ints(x[1])
    if not a.get("allowzero"):
        sizes = [x[0].shape[d] if n == 0 else n for d, n in enumerate(sizes)]
    return x[0].reshape(sizes)


def flatten(x: tenet.Tensor, a: Any) -> Any:
    axis = a.get("axis", 1) % x[0].dim() if a.get("axis", 1) != x[0].dim() else x[0].dim()
    head = 1
    for n in x[0].shape[:axis]:
        head *= n
    return x[0].reshape(head, x[0].numel() // head if head else 0)


def axes_of(x: tenet.Tensor, a: Any, key: str = "axes") -> Any:
    return ints(x[1]) if len(x) > 1 else a.get(key)


def squeeze(x: tenet.Tensor, a: Any) -> Any:
    axes = axes_of(x, a)
    if axes is None:
        return x[0].squeeze()
    gone = {d % x[0].dim() for d in axes}
    return x[0].reshape([n for d, n in enumerate(x[0].shape) if d not in gone])


def unsqueeze(x: tenet.Tensor, a: Any) -> Any:
    axes = axes_of(x, a)
    y, rank = x[0], x[0].dim() + len(axes)
    for d in sorted(d % rank for d in axes):
        y = y.unsqueeze(d)
    return y


def expand(x: tenet.Tensor, a: Any) -> Any:
    shape = np.broadcast_shapes(tuple(x[0].shape), tuple(ints(x[1])))
    return x[0].expand(*shape)


def pad(x: tenet.Tensor, a: Any) -> Any:
    mode = {"edge": "replicate", "wrap": "circular"}.get(a.get("mode", "constant"), a.get("mode", "constant"))
    refuse(len(x) < 4, "Pad of chosen axes")
    pads = ints(x[1])
    n = x[0].dim()
    flat = [v for d in reversed(range(n)) for v in (pads[d], pads[d + n])]
    refuse(min(flat) >= 0, "Pad with less than nothing")
    return F.pad(x[0], flat, mode, x[2].item()) if len(x) > 2 and x[2] is not None else F.pad(x[0], flat, mode)


def modulo(x: tenet.Tensor, a: Any) -> Any:
    refuse(not a.get("fmod", 0), "Mod with the dividend's sign")
    return x[0] % x[1]


def gather(x: tenet.Tensor, a: Any) -> Any:
    axis = a.get("axis", 0) % x[0].dim()
    return x[0][(slice(None),) * axis + (x[1],)]


def gather_elements(x: tenet.Tensor, a: Any) -> Any:
    axis = a.get("axis", 0) % x[0].dim()
    return x[0].gather(axis, positive(x[1], x[0].shape[axis]))


def positive(index: Any, extent: Any) -> Any:
    return tenet.where(index < 0, index + extent, index)


def scatter_elements(x: tenet.Tensor, a: Any) -> Any:
    refuse(a.get("reduction", "none") == "add", f"ScatterElements with reduction {a.get('reduction', 'none')}")
    axis = a.get("axis", 0) % x[0].dim()
    return x[0].scatter_add(axis, positive(x[1], x[0].shape[axis]), x[2])


def slice_(x: tenet.Tensor, a: Any) -> Any:
    starts, ends = ints(x[1]), ints(x[2])
    axes = ints(x[3]) if len(x) > 3 else list(range(len(starts)))
    steps = ints(x[4]) if len(x) > 4 else [1] * len(starts)
    refuse(min(steps) > 0, "Slice backwards")
    key = [slice(None)] * x[0].dim()
    for axis, start, end, step in zip(axes, starts, ends, steps):
        key[axis] = slice(start, end, step)
    return x[0][tuple(key)]


def fold(f: Any) -> Any:
    """Of two or more inputs, one after the other."""
    def reduce(x: tenet.Tensor, a: Any) -> Any:
        y = x[0]
        for other in x[1:]:
            y = f(y, other)
        return y

    return reduce


def clip(x: tenet.Tensor, a: Any) -> Any:
    low, high = ([v.item() if v is not None else None for v in x[1:]] + [None, None])[:2]
    if low is not None and high is not None and low > high:
        raise NotThere("Clip with min above max")
    return x[0].clamp(low, high) if low is not None or high is not None else x[0]


def cast(x: tenet.Tensor, a: Any) -> Any:
    kinds = {1: tenet.float32, 2: tenet.uint8, 6: tenet.int32, 7: tenet.int64, 9: tenet.bool, 11: tenet.float64}
    refuse(a["to"] in kinds, "Cast to a type Tenet has not")
    return x[0].to(kinds[a["to"]])


def nll(f: Any) -> Any:
    def loss(x: tenet.Tensor, a: Any) -> Any:
        return f(x[0], x[1], *x[2:], ignore_index=a.get("ignore_index", -100), reduction=a.get("reduction", "mean"))

    return loss


def cross_entropy(x: tenet.Tensor, a: Any) -> Any:
    return nll(F.cross_entropy)(x, a), F.log_softmax(x[0], 1)


def col2im(x: tenet.Tensor, a: Any) -> Any:
    size, kernel = ints(x[1]), ints(x[2])
    refuse(len(size) == 2, f"Col2Im of {len(size)} axes")
    pads = a.get("pads", [0] * 4)
    return F.fold(x[0], size, kernel, a.get("dilations", 1), tuple(zip(pads[:2], pads[2:])), a.get("strides", 1))


def split(x: tenet.Tensor, a: Any) -> Any:
    axis = a.get("axis", 0) % x[0].dim()
    extent = x[0].shape[axis]
    if len(x) > 1:
        sizes = ints(x[1])
    else:
        refuse("num_outputs" in a, "Split by the number of names")
        n = -(-extent // a["num_outputs"])
        sizes = [n] * (a["num_outputs"] - 1) + [extent - n * (a["num_outputs"] - 1)]
    starts = np.cumsum([0, *sizes])
    return tuple(x[0].narrow(axis, int(start), n) for start, n in zip(starts, sizes))


def eye_like(x: tenet.Tensor, a: Any) -> Any:
    refuse(a.get("k", 0) == 0, "EyeLike beside the diagonal")
    kinds = {1: tenet.float32, 6: tenet.int32, 7: tenet.int64, 11: tenet.float64}
    refuse(a.get("dtype", 1) in kinds, "EyeLike of a type Tenet has not")
    return tenet.eye(*x[0].shape, dtype=kinds[a["dtype"]] if "dtype" in a else x[0].dtype)


def divide(x: tenet.Tensor, a: Any) -> Any:
    refuse(x[0].is_floating_point(), "Div of integers, which rounds towards 0")
    return x[0] / x[1]


def power(x: tenet.Tensor, a: Any) -> Any:
    refuse(x[0].dtype == x[1].dtype, "Pow that keeps the type of its first operand")
    return x[0] ** x[1]


def unary(f: Any) -> Any:
    return lambda x, a: f(x[0])


def binary(f: Any) -> Any:
    return lambda x, a: f(x[0], x[1])


OPS = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool, "AveragePool": average_pool, "MaxUnpool": max_unpool,
    "GlobalAveragePool": lambda x, a: x[0].mean(list(range(2, x[0].dim())), True),
    "GlobalMaxPool": lambda x, a: x[0].amax(list(range(2, x[0].dim())), True),
    "MatMul": binary(tenet.matmul), "Gemm": gemm, "Softmax": softmax(tenet.softmax), "LogSoftmax": softmax(tenet.log_softmax),
    "NegativeLogLikelihoodLoss": nll(F.nll_loss), "SoftmaxCrossEntropyLoss": cross_entropy, "Col2Im": col2im,
    **{name.capitalize(): unary(getattr(tenet, name)) for name in ("neg", "abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu")},
    "Reciprocal": unary(lambda x: 1 / x), "Identity": unary(lambda x: x), "IsNaN": unary(tenet.isnan), "Not": unary(tenet.logical_not),
    "Add": binary(tenet.add), "Sub": binary(tenet.sub), "Mul": binary(tenet.mul), "Div": divide, "Pow": power,
    "Equal": binary(tenet.eq), "Greater": binary(tenet.gt), "Less": binary(tenet.lt), "GreaterOrEqual": binary(tenet.ge),
    "LessOrEqual": binary(tenet.le), "And": binary(tenet.logical_and), "Or": binary(tenet.logical_or), "Xor": binary(tenet.logical_xor),
    "Max": fold(tenet.maximum), "Min": fold(tenet.minimum), "Sum": fold(tenet.add), "Mean": lambda x, a: fold(tenet.add)(x, a) / len(x),
    "Mod": modulo, "Clip": clip, "Where": lambda x, a: tenet.where(*x), "Cast": cast,
    "CastLike": lambda x, a: x[0].to(x[1].dtype),
    "ReduceSum": reduction(identity_sum), "ReduceMean": reduction(lambda x, d, k: x.mean(d, k)), "ReduceMax": reduction(largest),
    "ReduceMin": reduction(smallest), "ReduceSumSquare": reduction(lambda x, d, k: (x * x).sum(d, k) if d else x * x),
    "ReduceL1": reduction(lambda x, d, k: x.abs().sum(d, k) if d else x.abs()), "ReduceL2": reduction(lambda x, d, k: (x * x).sum(d, k).sqrt() if d else x.abs()),
    "ReduceLogSum": reduction(lambda x, d, k: x.sum(d, k).log() if d else x.log()), "ReduceLogSumExp": reduction(lambda x, d, k: log_sum_exp(x, d, k) if d else x),
    "ArgMax": argmax, "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Expand": expand, "Pad": pad,
    "Transpose": lambda x, a: x[0].permute(a.get("perm", list(range(x[0].dim()))[::-1])),
    "Concat": lambda x, a: tenet.cat(x, a["axis"]), "Split": split, "Slice": slice_, "Gather": gather, "GatherElements": gather_elements,
    "ScatterElements": scatter_elements, "NonZero": unary(lambda x: x.nonzero().T), "EyeLike": eye_like,
    "Range": lambda x, a: tenet.arange(x[0].item(), x[1].item(), x[2].item(), dtype=x[0].dtype),
    "ConstantOfShape": lambda x, a: tenet.full(ints(x[0]), a["value"].item() if "value" in a else 0.0, dtype=a["value"].dtype if "value" in a else None),
    "Shape": lambda x, a: tenet.tensor(list(x[0].shape[slice(a.get("start"), a.get("end"))]), dtype=tenet.int64),
    "Size": lambda x, a: tenet.tensor(x[0].numel()),
}


# --- The vectors -----------------------------------------------------------------------------------------------------------

def tensor_of(path: Any) -> Any:
    proto = onnx.TensorProto()
    proto.ParseFromString(path.read_bytes())
    array = numpy_helper.to_array(proto)
    if array.dtype not in TYPES:
        raise NotThere(f"type {array.dtype}")
    return tenet.tensor(array)


def attribute(value: Any) -> Any:
    kind = onnx.helper.get_attribute_value(value)
    if isinstance(kind, bytes):
        return kind.decode()
    if isinstance(kind, onnx.TensorProto):
        array = numpy_helper.to_array(kind)
        refuse(array.dtype in TYPES, f"type {array.dtype}")
        return tenet.tensor(array)
    return list(kind) if hasattr(kind, "__len__") and not isinstance(kind, str) else kind


def run(folder: pathlib.Path) -> None:
    """Raises NotThere for what Tenet does not have, AssertionError for a difference."""
    model = onnx.load(str(folder / "model.onnx"))
    refuse(len(model.graph.node) == 1, "several nodes")
    (node,) = model.graph.node
    refuse(node.op_type in OPS, f"op {node.op_type}")
    refuse(all(i.type.HasField("tensor_type") for i in model.graph.input), "sequences and optional values")
    data = folder / "test_data_set_0"
    names = [i.name for i in model.graph.input]
    given = {}
    for i, name in enumerate(names):
        given[name] = tensor_of(data / f"input_{i}.pb")
    inputs = [given[name] if name else None for name in node.input]
    outputs = OPS[node.op_type](inputs, {a.name: attribute(a) for a in node.attribute})
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    wanted = [tensor_of(data / f"output_{i}.pb") for i in range(len(model.graph.output))]
    assert len(outputs) >= len(wanted)
    for y, expected in zip(outputs, wanted):
        compare(y, expected, ROUNDED.get(folder.name, 1e-5 if node.op_type in LOOSE else 1e-6))


def compare(y: tenet.Tensor, expected: Any, rtol: Any) -> None:
    assert y.dtype == expected.dtype and y.shape == expected.shape, (y.dtype, expected.dtype, y.shape, expected.shape)
    if expected.is_floating_point():
        np.testing.assert_allclose(y.numpy(), expected.numpy(), rtol=rtol, atol=rtol / 10)
    else:
        assert tenet.equal(y, expected)


def reason(folder: pathlib.Path) -> Any:
    """Why a vector is left out; None if it runs."""
    try:
        run(folder)
    except NotThere as left_out:
        return str(left_out)
    except Exception:
        return None
    return None


FOLDERS = sorted(folder for folder in NODES.iterdir() if (folder / "model.onnx").exists())
REASONS = {folder: reason(folder) for folder in FOLDERS}


@pytest.mark.parametrize("folder", [f for f in FOLDERS if REASONS[f] is None], ids=lambda f: f.name.removeprefix("test_"))
def test_vector(folder: pathlib.Path) -> None:
    run(folder)


def test_as_many_run_as_should(capsys: pytest.CaptureFixture[str]) -> None:
    left_out = collections.Counter(reason for reason in REASONS.values() if reason)
    with capsys.disabled():
        print("\nleft out:")
        for why, count in left_out.most_common():
            print(f"{count:5}  {why}")
    assert len(FOLDERS) - sum(left_out.values()) == RUN
