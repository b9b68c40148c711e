"""The matrix of a convolution: of a kernel with options, or of a layer, its bias left out."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenet import _C
from tenet.nn.conv import _ConvNd

if TYPE_CHECKING:
    from tenet._C import CsrMatrix, Tensor
    from tenet._types import Kernel, Sizes


def _of(what: Any, options: dict[str, Any], transposable: bool = False) -> tuple[Tensor, dict[str, Any]]:
    """(kernel, options) of a kernel or a layer."""
    if not isinstance(what, _ConvNd):
        return what, options
    if options:
        raise TypeError(f"a {type(what).__name__} has its own options. Leave {', '.join(options)} out.")
    if what.is_transposed and not transposable:
        raise TypeError(f"a {type(what).__name__} has no such matrix here. Take that of the convolution it transposes.")
    if what.padding_mode != "zeros":
        raise TypeError(f"a {type(what).__name__} with padding_mode=\"{what.padding_mode}\" has no such matrix here. Give zeros.")
    names = ["stride", "padding", "dilation", "groups"] + ["output_padding"] * what.is_transposed
    return what.weight, {name: getattr(what, name) for name in names}


def as_matrix(kernel: Kernel, input_size: Sizes, **options: Any) -> Tensor:
    """The matrix W of a convolution: conv(x) flattened = W times x flattened, for one image of spatial size input_size.

    kernel is a tensor [O, C/groups, KH, KW], with options stride, padding, dilation and groups, or a convolution layer,
    transposed ones too. Shapes: -> [O OH OW, C H W]. Differentiable in the kernel. Raises as conv2d."""
    weight, options = _of(kernel, options, transposable=True)
    if isinstance(kernel, _ConvNd) and kernel.is_transposed:
        return _C.conv_transpose_matrix(weight, input_size, **options)
    return _C.as_matrix(weight, input_size, **options)


def as_sparse(kernel: Kernel, input_size: Sizes, **options: Any) -> CsrMatrix:
    """as_matrix without its zeros, a CsrMatrix. Differentiable in the kernel."""
    weight, options = _of(kernel, options)
    return _C.as_sparse(weight, input_size, **options)


def singular_values(kernel: Kernel, input_size: Sizes, n: int, **options: Any) -> Tensor:
    """The n largest singular values of as_matrix, descending, float64; found without making the matrix."""
    weight, options = _of(kernel, options)
    return _C.singular_values(weight, input_size, n, **options)


def operator_norm(kernel: Kernel, input_size: Sizes, **options: Any) -> Tensor:
    """The largest singular value, differentiable in the kernel: ||conv(x)|| <= s ||x||."""
    weight, options = _of(kernel, options)
    return _C.operator_norm(weight, input_size, **options)
