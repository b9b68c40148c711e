"""Convolutions: cases for make_golden.py."""
import torch
import torch.nn.functional as F

from golden_cases import Family, real


# --- Convolutions -----------------------------------------------------------------------------------------------------
def pairs(value):
    return list(value) if isinstance(value, (list, tuple)) else [value, value]


def same_padding(size, kernel, stride, dilation):
    """[low, high] such that out = ceil(in / stride)."""
    total = max((-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    return total // 2, total - total // 2


def conv2d(x, w, b, o):
    stride, dilation, groups = pairs(o.get("stride", 1)), pairs(o.get("dilation", 1)), o.get("groups", 1)
    if o.get("padding") == "same":
        sides = [same_padding(x.shape[-2 + i], w.shape[2 + i], stride[i], dilation[i]) for i in range(2)]
    elif "padding_low" in o:
        sides = list(zip(o["padding_low"], o["padding_high"]))
    else:
        p = o.get("padding", 0)
        return F.conv2d(x, w, b, stride, p if p == "valid" else pairs(p), dilation, groups)
    x = F.pad(x, [*sides[1], *sides[0]])
    return F.conv2d(x, w, b, stride, 0, dilation, groups)


def conv_transpose2d(x, w, b, o):
    stride, dilation, groups = pairs(o.get("stride", 1)), pairs(o.get("dilation", 1)), o.get("groups", 1)
    if o.get("padding") == "same":  # the adjoint of conv2d with "same" on in * stride
        size = o.get("output_size") or [x.shape[-2 + i] * stride[i] for i in range(2)]
        z = torch.zeros(*x.shape[:-3], w.shape[1] * groups, *size, dtype=x.dtype, requires_grad=True)
        y = conv2d(z, w, None, {k: v for k, v in o.items() if k != "output_size"})
        out = torch.autograd.grad(y, z, x, create_graph=True)[0]
        return out if b is None else out + b.reshape(-1, 1, 1)
    if "padding_low" in o:
        full = F.conv_transpose2d(x, w, None, stride, 0, pairs(o.get("output_padding", 0)), groups, dilation)
        low, high = o["padding_low"], o["padding_high"]
        out = F.pad(full, [-low[1], -high[1], -low[0], -high[0]])
        return out if b is None else out + b.reshape(-1, 1, 1)
    if "output_size" in o:
        layer = torch.nn.ConvTranspose2d(w.shape[0], w.shape[1] * groups, tuple(w.shape[2:]), stride, pairs(o.get("padding", 0)), 0, groups,
                                         False, dilation)
        extra = layer._output_padding(x, o["output_size"], layer.stride, layer.padding, layer.kernel_size, 2, layer.dilation)
        return F.conv_transpose2d(x, w, b, stride, pairs(o.get("padding", 0)), extra, groups, dilation)
    return F.conv_transpose2d(x, w, b, stride, pairs(o.get("padding", 0)), pairs(o.get("output_padding", 0)), groups, dilation)


def convolutions():
    g = Family("conv")
    for x, w, o in [((2, 2, 5, 4), (3, 2, 3, 2), {}),
                    ((1, 2, 6, 5), (2, 2, 3, 2), {"stride": [2, 1], "padding": [1, 2]}),
                    ((1, 1, 7, 8), (2, 1, 2, 3), {"dilation": [3, 2], "padding": [0, 1]}),
                    ((1, 2, 8, 7), (1, 2, 3, 2), {"stride": [2, 3], "dilation": [2, 3], "padding": [2, 1]}),
                    ((1, 4, 5, 4), (6, 2, 2, 3), {"groups": 2, "padding": 1}),
                    ((1, 4, 6, 5), (4, 2, 3, 2), {"groups": 2, "stride": [1, 2], "dilation": [2, 1], "padding": [1, 0]}),
                    ((2, 3, 5, 4), (6, 1, 3, 3), {"groups": 3, "padding": 1}),
                    ((1, 3, 6, 5), (3, 1, 2, 3), {"groups": 3, "stride": 2}),
                    ((2, 3, 3, 4), (2, 3, 1, 1), {}),
                    ((1, 3, 5, 4), (2, 3, 1, 1), {"stride": 2}),
                    ((1, 2, 6, 6), (2, 2, 2, 3), {"stride": [2, 3]}),
                    ((1, 2, 2, 3), (2, 2, 5, 4), {"padding": [2, 3]}),
                    ((1, 2, 5, 4), (2, 2, 3, 2), {"padding_low": [0, 2], "padding_high": [1, 0]}),
                    ((1, 1, 5, 6), (1, 1, 2, 2), {"stride": 2, "padding_low": [1, 0], "padding_high": [0, 1], "dilation": 2}),
                    ((1, 2, 5, 4), (2, 2, 3, 2), {"padding": "valid"}),
                    ((1, 2, 5, 4), (2, 2, 4, 3), {"padding": "same"}),
                    ((1, 2, 7, 6), (2, 2, 3, 2), {"padding": "same", "stride": [2, 3]}),
                    ((1, 1, 7, 6), (1, 1, 2, 3), {"padding": "same", "stride": [3, 2], "dilation": [2, 1]}),
                    ((2, 5, 4), (3, 2, 3, 2), {"padding": 1}),
                    ((0, 2, 5, 4), (3, 2, 3, 2), {}),
                    ((1, 0, 5, 4), (3, 0, 3, 2), {})]:
        channels = w[0]
        if 0 not in x or x[0] == 0:
            g.add("conv2d", [real(*x), real(*w), real(channels)], lambda p, q, b: conv2d(p, q, b, o), **o)
        if 0 not in x:
            g.add("conv2d", [real(*x), real(*w)], lambda p, q: conv2d(p, q, None, o), **o)
    for x, w, o in [((2, 2, 3, 4), (2, 3, 3, 2), {}),
                    ((1, 2, 3, 4), (2, 2, 3, 2), {"stride": [2, 1], "padding": [1, 0]}),
                    ((1, 2, 3, 2), (2, 1, 3, 2), {"stride": [2, 3], "padding": [1, 0], "output_padding": [1, 2]}),
                    ((1, 1, 3, 4), (1, 2, 2, 3), {"dilation": [3, 2], "padding": [0, 1], "output_padding": [2, 1]}),
                    ((1, 2, 3, 2), (2, 1, 3, 2), {"stride": [2, 3], "dilation": [3, 2], "padding": [2, 1], "output_padding": [2, 0]}),
                    ((1, 4, 3, 2), (4, 3, 2, 3), {"groups": 2, "stride": 2, "output_padding": [0, 1]}),
                    ((1, 4, 3, 2), (4, 1, 3, 2), {"groups": 2, "stride": [1, 2], "dilation": [2, 1], "padding": [1, 0]}),
                    ((2, 3, 3, 2), (3, 2, 3, 3), {"groups": 3, "padding": 1, "stride": 2, "output_padding": 1}),
                    ((1, 3, 3, 4), (3, 2, 1, 1), {}),
                    ((1, 3, 3, 2), (3, 2, 1, 1), {"stride": 2, "output_padding": 1}),
                    ((1, 2, 3, 2), (2, 2, 2, 3), {"stride": [2, 3]}),
                    ((1, 2, 3, 2), (2, 1, 1, 2), {"stride": 3, "output_padding": [2, 0]}),
                    ((1, 2, 4, 3), (2, 2, 3, 4), {"padding_low": [0, 2], "padding_high": [1, 0]}),
                    ((1, 1, 4, 3), (1, 1, 2, 3), {"stride": 2, "padding_low": [1, 0], "padding_high": [0, 1], "output_padding": [1, 0]}),
                    ((1, 2, 3, 4), (2, 2, 3, 2), {"padding": "same"}),
                    ((1, 2, 3, 2), (2, 2, 3, 4), {"padding": "same", "stride": [2, 3]}),
                    ((1, 1, 3, 2), (1, 1, 2, 1), {"padding": "same", "stride": [3, 2]}),
                    ((1, 2, 3, 2), (2, 1, 3, 3), {"stride": 2, "padding": 1, "output_size": [6, 3]}),
                    ((2, 3, 4), (2, 3, 3, 2), {"stride": 2}),
                    ((0, 2, 3, 4), (2, 3, 3, 2), {})]:
        channels = w[1] * o.get("groups", 1)
        g.add("conv_transpose2d", [real(*x), real(*w), real(channels)], lambda p, q, b: conv_transpose2d(p, q, b, o), **o)
        if 0 not in x:
            g.add("conv_transpose2d", [real(*x), real(*w)], lambda p, q: conv_transpose2d(p, q, None, o), **o)
    for x, w, f, ft in [((2, 2, 5), (3, 2, 2), F.conv1d, F.conv_transpose1d), ((1, 1, 3, 4, 3), (2, 1, 2, 3, 2), F.conv3d, F.conv_transpose3d)]:
        axes = len(x) - 2
        g.add("conv", [real(*x), real(*w), real(w[0])], lambda p, q, b: f(p, q, b, 2, 1), stride=2, padding=1)
        t = (w[1] if axes == 3 else x[1], *w[1:])
        g.add("conv_transpose", [real(*x), real(*t), real(w[1])], lambda p, q, b: ft(p, q, b, 2, 1, 1), stride=2, padding=1, output_padding=1)
    g.write()
