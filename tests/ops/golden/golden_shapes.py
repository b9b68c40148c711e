"""Shapes, indices, losses and windows: cases for make_golden.py."""
import itertools
import math

import torch
import torch.nn.functional as F

from golden_cases import Family, TYPES, below, distinct, mask, of, positive, real, special


# --- Shapes and indices -----------------------------------------------------------------------------------------------
def shapes():
    g = Family("shape")

    def add(op, extents, f, **options):
        g.add(op, [real(*extents)], f, **options)
    for shape, to in [((2, 6), [3, 4]), ((2, 3, 4), [6, -1]), ((), [1]), ((1,), []), ((0, 3), [2, 0])]:
        add("reshape", shape, lambda x: x.reshape(to), shape=to)
        add("view", shape, lambda x: x.view(to), shape=to)
    for shape, order in [((2, 3, 4), [2, 0, 1]), ((2, 3, 4), [0, -1, 1]), ((), []), ((0, 3), [1, 0])]:
        add("permute", shape, lambda x: x.permute(order), dims=order)
    for shape, a, b in [((2, 3, 4), 0, -1), ((2, 3), 1, 1), ((), 0, -1)]:
        add("transpose", shape, lambda x: x.transpose(a, b), dim0=a, dim1=b)
    for shape in [(2, 3), (3,), ()]:
        add("t", shape, lambda x: x.t())
    for shape, o in [((2, 3, 4), {}), ((2, 3, 4), {"start_dim": 1}), ((2, 3, 4), {"end_dim": 1}), ((), {}), ((0, 3), {})]:
        add("flatten", shape, lambda x: torch.flatten(x, **o), **o)
    for shape, o in [((1, 3, 1), {}), ((1, 3, 1), {"dim": -1}), ((2, 3), {"dim": 0}), ((), {})]:
        add("squeeze", shape, lambda x: torch.squeeze(x, **o), **o)
    for shape, dim in [((2, 3), 1), ((2, 3), -1), ((), 0)]:
        add("unsqueeze", shape, lambda x: x.unsqueeze(dim), dim=dim)
    for shape, text in [((3, 4), "1"), ((3, 4), "-1, 2"), ((5, 4), "1::2, :-1"), ((3, 4, 2), "..., 1"), ((3, 4), "2:1"),
                        ((3, 4, 2), "None, 0, ..., None, -2:"), ((), "None"), ((7,), "-5:-1:3"), ((4,), "2:100")]:
        add("index", shape, lambda x: eval(f"x[{text}]"), index=text)
    for shape, dim, i in [((2, 3), 1, -1), ((3,), 0, 1)]:
        add("select", shape, lambda x: x.select(dim, i), dim=dim, index=i)
    for shape, dim, start, length in [((5, 3), 0, 1, 3), ((5, 3), -1, -2, 2), ((5, 3), 0, 5, 0)]:
        add("narrow", shape, lambda x: x.narrow(dim, start, length), dim=dim, start=start, length=length)
    for shape, to, strides, offset in [((3, 4), [2, 2], [5, 2], 1), ((6,), [4, 3], [1, 1], 0), ((), [2], [0], 0)]:
        add("as_strided", shape, lambda x: x.as_strided(to, strides, offset), shape=to, strides=strides, offset=offset)
    for op in ["clone", "contiguous"]:
        add(op, (2, 3), lambda x: getattr(x, op)())
    for a, b in [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 3), ())]:
        g.add("copy_", [real(*a), real(*b)], lambda x, y: x.copy_(y), in_place=True)
    add("fill_", (2,), lambda x: x.fill_(1.5), in_place=True, value=1.5)
    add("zero_", (2,), lambda x: x.zero_(), in_place=True)
    g.add("to_integer", [special(1.5, -1.5, 0, 2.75)], lambda x: x.to(torch.int64), gradients=False, dtype="int64")
    g.add("to_integer", [special(0.5, -0.0, 0, 2)], lambda x: x.to(torch.bool), gradients=False, dtype="bool")
    for sizes, dim in [([(2, 3), (1, 3)], 0), ([(2, 3), (2, 1), (2, 2)], -1), ([(2, 0), (2, 3)], 1), ([(2,)], 0)]:
        g.add("cat", [real(*s) for s in sizes], lambda *x: torch.cat(x, dim), dim=dim)
    for shape, count, dim in [((2, 3), 3, 0), ((2, 3), 2, -1), ((), 2, 0), ((0, 2), 2, 1)]:
        g.add("stack", [real(*shape) for _ in range(count)], lambda *x: torch.stack(x, dim), dim=dim)
    for a, b in itertools.product(TYPES.values(), repeat=2):
        g.add("cat", [of(a, 2), of(b, 3)], lambda *x: torch.cat(x, 0), exact_types=True, gradients=False, dim=0)
    for shape, widths, value in [((2, 3), [1, 2], 0), ((2, 3), [1, 0, 0, 2], 1.5), ((4, 5), [-1, -2], 0), ((3, 3), [-1, 2, 1, -1], 2),
                                 ((2, 0), [1, 1], 3), ((2, 3, 4), [0, 0, 0, 0, 1, 1], -1)]:
        add("pad", shape, lambda x: F.pad(x, widths, value=value), widths=widths, value=value)
    for o in [{"shape": [2, 3]}, {"shape": []}, {"shape": [2, 0]}, {"shape": [3], "dtype": "int32"}]:
        dtype = TYPES[o.get("dtype", "float32")]
        g.add("zeros", [], lambda: torch.zeros(o["shape"], dtype=dtype), **o)
        g.add("ones", [], lambda: torch.ones(o["shape"], dtype=dtype), **o)
    for value in [1.5, 3, True]:
        g.add("full", [], lambda: torch.full([2], value), shape=[2], value=value)
    for op in ["zeros_like", "ones_like"]:
        g.add(op, [of(torch.int32, 2, 3)], getattr(torch, op), exact_types=True)
    g.add("full_like", [real(2)], lambda x: torch.full_like(x, 7), gradients=False, value=7)
    for o in [{"end": 5}, {"start": 2, "end": 9, "step": 3}, {"start": 3, "end": -2, "step": -2}, {"start": 0.5, "end": 3, "step": 0.5},
              {"start": 0, "end": 1, "step": 0.1}, {"end": 0}]:
        g.add("arange", [], lambda: torch.arange(**o), **o)
    for o in [{"start": -1.0, "end": 2.0, "steps": 7}, {"start": 0.0, "end": 1.0, "steps": 1}, {"start": 0.0, "end": 1.0, "steps": 0}]:
        g.add("linspace", [], lambda: torch.linspace(**o, dtype=torch.float64), dtype="float64", **o)
    for o in [{"n": 3}, {"n": 2, "m": 4}, {"n": 4, "m": 2}, {"n": 0}]:
        g.add("eye", [], lambda: torch.eye(o["n"], o.get("m", o["n"])), **o)
    g.write()


def indexing():
    g = Family("index")
    for shape, dim, count in [((4, 3), 0, 5), ((4, 3), -1, 2), ((2, 3, 4), 1, 3), ((4, 3), 0, 0), ((5,), 0, 4)]:
        index = below(shape[dim], count)
        g.add("index_select", [real(*shape), index], lambda x, i: torch.index_select(x, dim, i), dim=dim)
    for shape, dim, size in [((4, 3), 0, (2, 3)), ((4, 3), 1, (4, 5)), ((2, 3, 4), 1, (2, 2, 3)), ((4, 3), 0, (0, 3)), ((3,), 0, (5,))]:
        index = below(shape[dim], *size)
        g.add("gather", [real(*shape), index], lambda x, i: torch.gather(x, dim, i), dim=dim)
        g.add("scatter_add", [real(*shape), index, real(*size)], lambda x, i, s: torch.scatter_add(x, dim, i, s), dim=dim)
    for dtype in [torch.int64, torch.int32, torch.uint8, torch.bool]:
        index = below(3, 2, 4)
        g.add("gather", [of(dtype, 2, 3), index], lambda x, i: torch.gather(x, 1, i), exact_types=True, dim=1)
        g.add("scatter_add", [of(dtype, 2, 3), index, of(dtype, 2, 4)], lambda x, i, s: torch.scatter_add(x, 1, i, s), exact_types=True, dim=1)
    index = below(3, 2, 4)
    g.add("scatter_add", [real(2, 3), index, real(2, 4)], lambda x, i, s: x.scatter_add_(1, i, s), in_place=True, dim=1)
    g.add("scatter_add", [real(4, 3), below(3, 2, 5), real(4, 6)], lambda x, i, s: torch.scatter_add(x, 1, i, s),
          gradients=False, dim=1)  # PyTorch 2.13 gives dsrc the shape of the index and raises
    for shape, m in [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((), ()), ((0, 3), (3,))]:
        g.add("masked_fill", [real(*shape), mask(*m)], lambda x, k: torch.masked_fill(x, k, -2.5), value=-2.5)
    g.add("masked_fill", [of(torch.int64, 4), mask(4)], lambda x, k: torch.masked_fill(x, k, 7), exact_types=True, value=7)
    g.write()


# --- Losses -----------------------------------------------------------------------------------------------------------
def losses():
    g = Family("loss")
    for shape, dim in [((3, 4), 1), ((2, 3, 4), 1), ((2, 3), 0), ((4,), -1), ((0, 3), 1), ((), 0)]:
        g.add("softmax", [real(*shape)], lambda x: F.softmax(x, dim), dim=dim)
        g.add("log_softmax", [real(*shape)], lambda x: F.log_softmax(x, dim), dim=dim)
    g.add("softmax", [special(1000, 999, -1000)], lambda x: F.softmax(x, 0), dim=0)
    g.add("log_softmax", [special(1000, 999, -1000)], lambda x: F.log_softmax(x, 0), dim=0)
    for reduction in ["mean", "sum", "none"]:
        for shape in [(4, 3), (2, 3, 2, 2), (3,)]:
            target_shape = shape[:1] + shape[2:] if len(shape) > 1 else ()
            classes = shape[1] if len(shape) > 1 else shape[0]
            target = below(classes, *target_shape)
            target.reshape(-1)[-1] = 0  # not every label is the ignored one
            o = {"reduction": reduction}
            g.add("nll_loss", [real(*shape), target], lambda x, t: F.nll_loss(x, t, **o), **o)
            g.add("cross_entropy", [real(*shape), target], lambda x, t: F.cross_entropy(x, t, **o), **o)
            if len(shape) > 1:
                some = target.clone()
                some.reshape(-1)[::3] = -100
                g.add("nll_loss", [real(*shape), some], lambda x, t: F.nll_loss(x, t, **o), **o)
                g.add("cross_entropy", [real(*shape), some], lambda x, t: F.cross_entropy(x, t, **o), **o)
                for e in [0.1, 1.0]:
                    smooth = {"label_smoothing": e, **o}
                    g.add("cross_entropy", [real(*shape), some], lambda x, t: F.cross_entropy(x, t, **smooth), **smooth)
                other = {"ignore_index": 1, **o}
                g.add("cross_entropy", [real(*shape), target], lambda x, t: F.cross_entropy(x, t, **other), **other)
        for shape in [(2, 3), (), (4,)]:
            g.add("mse_loss", [real(*shape), real(*shape)], lambda x, y: F.mse_loss(x, y, reduction=reduction), reduction=reduction)
    g.write()


def weighed_losses():
    """Weights (PyTorch gives those of labels no gradient), probabilities for labels, operands that broadcast."""
    g = Family("weighed_loss")
    name, of_classes = "cross_entropy_of_probabilities", F.cross_entropy
    for reduction in ["mean", "sum", "none"]:
        o = {"reduction": reduction}
        for shape in [(4, 3), (2, 3, 2), (3,)]:
            target = below(3, *(shape[:1] + shape[2:] if len(shape) > 1 else ()))
            if len(shape) > 1:
                target.reshape(-1)[::3] = -100
            for e in [0.0, 0.3]:
                smooth = {"label_smoothing": e, **o}
                g.add("cross_entropy", [real(*shape), target, positive(3)],
                      lambda x, t, w: of_classes(x, t, w.detach(), **smooth), **smooth)
                g.add(name, [real(*shape), real(*shape)], lambda x, t: of_classes(x, t, **smooth), **smooth)
                g.add(name, [real(*shape), real(*shape), positive(3)],
                      lambda x, t, w: of_classes(x, t, w, **smooth), **smooth)
            g.add("nll_loss", [real(*shape), target, positive(3)],
                  lambda x, t, w: F.nll_loss(x, t, w.detach(), **o), **o)
            ignored = torch.full_like(target, -100)
            g.add("nll_loss", [real(*shape), ignored], lambda x, t: F.nll_loss(x, t, **o), **o)
            g.add("cross_entropy", [real(*shape), ignored, positive(3)],
                  lambda x, t, w: of_classes(x, t, w.detach(), **o), **o)
        g.add("cross_entropy", [real(0, 3), below(3, 0)], lambda x, t: of_classes(x, t, **o), **o)
        g.add(name, [real(0, 3), real(0, 3)], lambda x, t: of_classes(x, t, **o), **o)
        for x, y in [((2, 1), (3,)), ((), (2, 2)), ((0, 3), (0, 3))]:
            g.add("mse_loss", [real(*x), real(*y)], lambda x, y: F.mse_loss(x, y, **o), **o)
        for x, y in [((2, 3), (2, 3)), ((2, 1), (3,))]:
            g.add("mse_loss", [real(*x), real(*y), positive(*x)],
                  lambda x, y, w: F.mse_loss(x, y, weight=w.detach(), **o), **o)
    g.write()


# --- Windows ----------------------------------------------------------------------------------------------------------
def windows():
    g = Family("pool")
    for shape, o in [((2, 2, 5, 6), {"kernel_size": [2, 3]}), ((1, 2, 5, 6), {"kernel_size": 3, "stride": [2, 1], "padding": [1, 0], "dilation": [1, 2]}),
                     ((1, 1, 4, 4), {"kernel_size": 1}), ((0, 2, 4, 4), {"kernel_size": 2, "stride": 2})]:
        g.add("unfold", [real(*shape)], lambda x: F.unfold(x, **o), **o)
        columns = F.unfold(torch.zeros(shape, dtype=torch.float64), **o)
        g.add("fold", [real(*columns.shape)], lambda c: F.fold(c, shape[2:], **o), output_size=list(shape[2:]), **o)
    for shape, o in [((2, 2, 4, 6), {"kernel_size": 2}), ((1, 2, 5, 7), {"kernel_size": [3, 2], "stride": [2, 1], "padding": [1, 0]}),
                     ((1, 1, 7, 6), {"kernel_size": 2, "dilation": [2, 3]}), ((1, 1, 5, 6), {"kernel_size": 2, "stride": 2, "ceil_mode": True}),
                     ((1, 1, 5, 6), {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}), ((2, 4, 4), {"kernel_size": 2}),
                     ((0, 1, 4, 4), {"kernel_size": 2})]:
        g.add("max_pool2d_with_indices", [distinct(*shape)], lambda x: F.max_pool2d(x, return_indices=True, **o), **o)
        g.add("max_pool2d", [distinct(*shape)], lambda x: F.max_pool2d(x, **o), **o)
        if not o.get("dilation"):
            for include in [True, False]:
                g.add("avg_pool2d", [real(*shape)], lambda x: F.avg_pool2d(x, count_include_pad=include, **o),
                      count_include_pad=include, **o)
    g.add("max_pool2d_with_indices", [special(1, math.nan, 3, 4).reshape(1, 1, 2, 2)], lambda x: F.max_pool2d(x, 2, return_indices=True),
          gradients=False, kernel_size=2)
    g.add("max_pool2d_with_indices", [special(3, 3, 3, 3).reshape(1, 1, 2, 2)], lambda x: F.max_pool2d(x, 2, return_indices=True), kernel_size=2)
    g.add("max_pool2d", [of(torch.int32, 1, 4, 4)], lambda x: F.max_pool2d(x, 2), exact_types=True, kernel_size=2)
    for shape, o in [((1, 2, 4, 6), {"kernel_size": 2}), ((1, 1, 5, 7), {"kernel_size": 3, "stride": 3, "padding": 1}), ((2, 4, 4), {"kernel_size": 2})]:
        y, index = F.max_pool2d(distinct(*shape), return_indices=True, **o)
        size = list(shape[-2:])
        g.add("max_unpool2d", [real(*y.shape), index], lambda x, i: F.max_unpool2d(x, i, output_size=size, **o), output_size=size, **o)
    g.write()
