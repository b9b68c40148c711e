"""The layers of C++ and Python are twins: options, defaults, keys, and the bits they begin with."""
import importlib.util
import inspect
import pathlib
import re
from typing import Any

import pytest
import tenet
from tenet import nn, optim

ROOT = pathlib.Path(__file__).parents[3]
# What Python has beside, as PyTorch does.
OF_PYTHON = {"device", "dtype", "padding_mode", "return_indices", "inplace", "foreach", "capturable", "differentiable",
             "fused"}


def options_of(header: str, struct: str) -> Any:
    """{name: default as text, None for one that must be given} of a struct of options."""
    body = re.search(rf"struct {struct} {{(.*?)\n}};", (ROOT / header).read_text(), re.S)[1]  # type: ignore[index]
    body = re.sub(r"//.*", "", body)
    return {name: default for name, default in re.findall(r"^\s+[\w:<>, ]+? (\w+)(?: = (.*?))?;", body, re.M)}


def same(text: str, value: Any) -> Any:
    """Whether a default in C++ is that of Python."""
    if text in ("", "{}"):  # PerAxis without a value: not given
        return value in (inspect.Parameter.empty, None)
    if text.startswith("{"):
        return tuple(float(n) for n in text.strip("{}").split(",")) == tuple(value)
    if text in ("true", "false"):
        return value is (text == "true")
    return float(text) == value


TWINS = [("nn/linear.h", "LinearOptions", nn.Linear), ("nn/conv2d.h", "Conv2dOptions", nn.Conv2d),
         ("nn/conv_transpose2d.h", "ConvTranspose2dOptions", nn.ConvTranspose2d), ("nn/max_pool2d.h", "MaxPool2dOptions", nn.MaxPool2d),
         ("nn/flatten.h", "FlattenOptions", nn.Flatten), ("train/optim/sgd.h", "SGDOptions", optim.SGD),
         ("train/optim/adam.h", "AdamOptions", optim.Adam), ("train/optim/adam.h", "AdamWOptions", optim.AdamW)]


def test_every_struct_of_options_has_a_twin() -> None:
    found = {struct for header in [*ROOT.glob("nn/*.h"), *ROOT.glob("train/optim/*.h")]
             for struct in re.findall(r"^struct (\w+Options) {", header.read_text(), re.M)}
    assert found - {"LoadOptions"} == {struct for _, struct, _ in TWINS}


@pytest.mark.parametrize("header, struct, layer", TWINS)
def test_options_and_defaults(header: str, struct: str, layer: Any) -> None:
    theirs = options_of(header, struct)
    ours = dict(inspect.signature(layer).parameters)
    ours.pop("params", None)
    assert set(ours) - set(theirs) <= OF_PYTHON and set(theirs) <= set(ours)
    assert [name for name in ours if name in theirs] == list(theirs)
    assert {name: text for name, text in theirs.items() if not same(text, ours[name].default)} == {}


def test_they_begin_with_the_same_bits() -> None:
    spec: Any = importlib.util.spec_from_file_location("make_twins", ROOT / "tests/nn/make_twins.py")
    make_twins: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_twins)
    values, golden = make_twins.starting_values(), tenet.load(ROOT / "tests/nn/twins.safetensors")
    assert list(values) == list(golden)
    assert all(tenet.equal(value, golden[key]) for key, value in values.items())
