"""Pointwise ops, reductions and products: cases for make_golden.py."""
import itertools
import math

import torch
import torch.nn.functional as F

from golden_cases import Family, NAMES, TYPES, distinct, high, low, mask, of, positive, real, rng, special, tensor


# --- Pointwise --------------------------------------------------------------------------------------------------------
UNARY = {"neg": (torch.neg, real), "abs": (torch.abs, low), "exp": (torch.exp, real), "log": (torch.log, positive),
         "sqrt": (torch.sqrt, positive), "square": (torch.square, real), "sin": (torch.sin, real),
         "cos": (torch.cos, real), "tanh": (torch.tanh, real), "sigmoid": (torch.sigmoid, real),
         "relu": (torch.relu, low)}
BINARY = {"add": (torch.add, real, real), "sub": (torch.sub, real, real), "mul": (torch.mul, real, real),
          "div": (torch.div, real, positive), "pow": (torch.pow, positive, real),
          "maximum": (torch.maximum, low, high), "minimum": (torch.minimum, low, high)}
COMPARE = {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge,
           "logical_and": torch.logical_and, "logical_or": torch.logical_or, "logical_xor": torch.logical_xor}
IN_PLACE_BINARY = {"add": "add_", "sub": "sub_", "mul": "mul_", "div": "div_", "pow": "pow_"}


def elementwise():
    g = Family("elementwise")
    ends = special(math.inf, -math.inf, math.nan, 0.0, -0.0, 1.0, -1.0, 40.0, -40.0)
    for op, (f, draw) in UNARY.items():
        for shape in [(2, 3), (), (0, 3)]:
            g.add(op, [draw(*shape)], f)
        g.add(op, [draw(2, 2)], getattr(torch, op + "_"), in_place=True)
        g.add(op, [ends], f, gradients=op != "relu")  # PyTorch passes dy where x is NaN; here it is 0
        for dtype in [torch.int64, torch.int32, torch.uint8, torch.bool]:
            if dtype == torch.bool and op in ("neg", "abs", "relu", "square"):
                continue  # PyTorch refuses the first three
            x = of(dtype, 5).clamp(min=1) if op in ("log", "sqrt") and dtype != torch.bool else of(dtype, 5)
            g.add(op, [x], f, exact_types=True)
    for lo, hi in [(-1, 1), (-0.5, 0.25), (0, 0)]:
        g.add("clamp", [low(3, 4)], lambda x: torch.clamp(x, lo, hi), low=lo, high=hi)
        g.add("clamp", [low(3)], lambda x: torch.clamp_(x, lo, hi), in_place=True, low=lo, high=hi)
        g.add("clamp", [special(-1, 1, 0, math.nan, math.inf, -math.inf)], lambda x: torch.clamp(x, lo, hi), low=lo, high=hi)
    for dtype in [torch.int64, torch.uint8, torch.bool]:
        g.add("clamp", [of(dtype, 6)], lambda x: torch.clamp(x, 0, 3), exact_types=True, low=0, high=3)
        g.add("clamp", [of(dtype, 6)], lambda x: torch.clamp(x, 0.5, 2.5), exact_types=True, low=0.5, high=2.5)
    shapes = [((2, 3), (2, 3)), ((2, 1, 3), (4, 1)), ((3,), (2, 3)), ((2, 3), ()), ((), ()), ((0, 3), (3,)), ((2, 1), (2, 0))]
    for op, (f, draw_a, draw_b) in BINARY.items():
        for a, b in shapes:
            g.add(op, [draw_a(*a), draw_b(*b)], f)
        if op in IN_PLACE_BINARY:
            for a, b in [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 3), ()), ((), ())]:
                g.add(op, [draw_a(*a), draw_b(*b)], lambda x, y: getattr(x, IN_PLACE_BINARY[op])(y), in_place=True)
            for s in [2, 0.5, -1]:
                g.add(op, [draw_a(3)], lambda x: f(x, s), right=s)
                if op != "pow" or s > 0:
                    g.add(op, [draw_b(3)], lambda x: f(torch.tensor(s, dtype=x.dtype), x), left=s)
        if op != "pow":
            g.add(op, [special(math.inf, -math.inf, math.nan, 0, 1), special(1, math.inf, 0, 0, math.nan)], f,
                  gradients=op not in ("maximum", "minimum"))  # which of two gets dy is open where one is NaN
            g.add(op, [special(1, 2, 0, -1), special(1, 2, 0, -1)], f)  # equal: maximum shares the gradient
    g.add("pow", [special(0, 0, 0, 1, 2, -2, -2), special(0, 1, 2, 0, 0, 2, 3)], torch.pow)
    g.add("pow", [special(0, 0, 2, -2), special(3, 0.5, -1, -1)], torch.pow)
    g.add("pow", [special(0, -1.5, 2)], lambda x: x ** 2, right=2)
    g.add("pow", [special(0, -1.5, 2)], lambda x: x ** 0, right=0)
    for op, f in COMPARE.items():
        for a, b in [((2, 3), (3,)), ((), ()), ((0, 3), (3,))]:
            g.add(op, [tensor(a, lambda: rng.randint(-1, 1)), tensor(b, lambda: rng.randint(-1, 1))], f, gradients=False)
        g.add(op, [special(math.nan, math.inf, -0.0, 1), special(math.nan, math.inf, 0.0, math.nan)], f, gradients=False)
        for s in [1, 0.5]:
            g.add(op, [real(5)], lambda x: f(x, torch.tensor(s)), gradients=False, right=s)
    g.add("logical_not", [special(0, 1, -0.0, math.nan)], torch.logical_not, gradients=False)
    g.add("logical_not", [of(torch.uint8, 5)], torch.logical_not, exact_types=True)
    g.add("isnan", [special(0, math.nan, math.inf)], torch.isnan, gradients=False)
    g.add("isnan", [of(torch.int32, 3)], torch.isnan, exact_types=True)
    for a, b in [((2, 3), (2, 3)), ((2, 1), (3,)), ((), (2,)), ((2, 0), ())]:
        g.add("where", [mask(2, 1) if len(a) == 2 else mask(2), real(*a), real(*b)], torch.where)
    g.add("where", [mask(4), real(4)], lambda m, x: torch.where(m, x, 2), right=2)
    g.add("where", [mask(4), real(4)], lambda m, x: torch.where(m, 0.5, x), left=0.5)
    for a, b in [([1.0, 2.0], [1.0, 2.0]), ([1.0, 2.0], [1.0, 2.1]), ([math.nan], [math.nan]), ([math.inf], [math.inf])]:
        x, y = special(*a), special(*b)
        g.add("equal", [x, y], lambda p, q: torch.tensor(torch.equal(p, q)), gradients=False)
        g.add("allclose", [x, y], lambda p, q: torch.tensor(torch.allclose(p, q)), gradients=False)
        g.add("allclose", [x, y], lambda p, q: torch.tensor(torch.allclose(p, q, rtol=0.1)), gradients=False, rtol=0.1)
    g.write()


def division():
    """Rounded to whole numbers."""
    g = Family("division")
    for op, f in {"floor_divide": torch.floor_divide, "remainder": torch.remainder}.items():
        slope = {"gradients": op == "remainder"}  # PyTorch's floor_divide is cut off from the graph
        g.add(op, [special(7, -7, 7, -7, 0.5, -0.0, 6), special(2, 2, -2, -2, 0.75, 3, -3)], f, **slope)
        g.add(op, [special(1, -1, math.inf, 2, 0, math.nan), special(math.inf, math.inf, 2, 0, 0, 1)], f, gradients=False)
        g.add(op, [special(7, -7, 0.25)], lambda x: f(x, -2.5), right=-2.5, **slope)
        g.add(op, [special(7, -7, 0.25)], lambda x: f(torch.tensor(3.0), x), left=3.0, gradients=False)
        for dtype in [torch.int64, torch.int32, torch.uint8]:
            x, y = torch.tensor([7, -7, 7, -7, 6, 0]), torch.tensor([2, 2, -2, -2, -3, 5])
            x, y = (x.abs(), y.abs()) if dtype == torch.uint8 else (x, y)
            g.add(op, [x.to(dtype), y.to(dtype)], f, exact_types=True)
            g.add(op, [x.to(dtype), y.to(dtype)], getattr(torch.Tensor, op + "_"), exact_types=True, in_place=True)
    g.write()


def promotion():
    """Every pair of types, with dimensions and without, and every kind of scalar."""
    g = Family("promotion")
    pairs = list(itertools.product(TYPES.values(), repeat=2))
    for a, b in pairs:
        for shape_a, shape_b in [((3,), (3,)), ((3,), ()), ((), (3,))]:
            x, y = of(a, *shape_a), of(b, *shape_b)
            ops = {**{k: v[0] for k, v in BINARY.items()}, "eq": torch.eq, "lt": torch.lt, "ge": torch.ge}
            for op, f in ops.items():
                if (op == "sub" and torch.bool in (a, b)) or (op == "pow" and a == b == torch.bool) or (shape_a != shape_b and op in ("pow", "maximum", "minimum", "ge", "sub")):
                    continue
                if op == "pow":
                    y = y.clamp(min=0) if b != torch.bool else y
                if op == "div":
                    y = torch.ones_like(y) if b == torch.bool else y.abs().clamp(min=1)
                g.add(op, [x, y], f, exact_types=True, gradients=False)
            g.add("where", [mask(3), x, y], torch.where, exact_types=True, gradients=False)
        if torch.can_cast(torch.result_type(of(a, 3), of(b, 3)), a) and torch.result_type(of(a, 3), of(b, 3)) == a:
            for op in ["add", "mul"]:
                g.add(op, [of(a, 3), of(b, 3)], lambda x, y: getattr(x, op + "_")(y), exact_types=True, in_place=True,
                      gradients=False)
        g.add("to", [of(a, 3)], lambda x: x.to(b), exact_types=True, gradients=False, dtype=NAMES[b])
    for a in TYPES.values():
        for s in [True, 3, 2.5]:
            for op, f in [("add", torch.add), ("mul", torch.mul), ("div", torch.div)]:
                g.add(op, [of(a, 3)], lambda x: f(x, s), exact_types=True, gradients=False, right=s)
                g.add(op, [of(a, 3).abs().clamp(min=1) if a != torch.bool else of(a, 3) | True],
                      lambda x: f(torch.tensor(s).to(torch.result_type(x, s)), x) if op != "div" else s / x,
                      exact_types=True, gradients=False, left=s)
            g.add("lt", [of(a, 4)], lambda x: x < s, exact_types=True, gradients=False, right=s)
            g.add("eq", [of(a, 4)], lambda x: x == s, exact_types=True, gradients=False, right=s)
    g.write()


# --- Reductions and products ------------------------------------------------------------------------------------------
def reductions():
    g = Family("reduce")
    variants = [((2, 3, 4), {}), ((2, 3, 4), {"dims": [1]}), ((2, 3, 4), {"dims": [0, -1], "keepdim": True}), ((), {}),
                ((5, 1), {"dims": [1]}), ((2, 3), {"keepdim": True, "dims": [0, 1]}), ((0, 3), {"dims": [1]})]

    def dims(o, x):
        return o.get("dims", list(range(x.dim()))), o.get("keepdim", False)

    def any_of(f):
        def g_(x, o):
            d, keep = dims(o, x)
            return f(x, dim=d, keepdim=keep) if d else f(x)
        return g_
    for shape, o in variants:
        g.add("sum", [real(*shape)], lambda x: torch.sum(x, *dims(o, x)), **o)
        g.add("mean", [real(*shape)], lambda x: torch.mean(x, *dims(o, x)), **o)
        g.add("amax", [distinct(*shape)], lambda x: torch.amax(x, *dims(o, x)), **o)
        g.add("any", [mask(*shape)], lambda x: any_of(torch.any)(x, o), **o)
        g.add("all", [mask(*shape)], lambda x: any_of(torch.all)(x, o), **o)
    for shape in [(0,), (2, 0)]:
        g.add("sum", [real(*shape)], lambda x: torch.sum(x))
        g.add("any", [mask(*shape)], torch.any)
        g.add("all", [mask(*shape)], torch.all)
    g.add("sum", [real(2, 0)], lambda x: torch.sum(x, 1, True), dims=[1], keepdim=True)
    for correction in [0, 1, 2]:
        for shape, o in [((2, 3, 4), {}), ((2, 3, 4), {"dims": [1], "keepdim": True}), ((4, 3), {"dims": [0, 1]})]:
            g.add("var", [real(*shape)], lambda x: torch.var(x, dim=dims(o, x)[0], correction=correction, keepdim=dims(o, x)[1]),
                  correction=correction, **o)
    for dtype in [torch.int64, torch.int32, torch.uint8, torch.bool]:
        for o in [{}, {"dims": [0]}]:
            x = of(dtype, 3, 4)
            g.add("sum", [x], lambda t: torch.sum(t, *dims(o, t)), exact_types=True, **o)
            g.add("amax", [x], lambda t: torch.amax(t, *dims(o, t)), exact_types=True, **o)
            g.add("any", [x], lambda t: any_of(torch.any)(t, o).to(torch.bool), exact_types=True, **o)
            g.add("all", [x], lambda t: any_of(torch.all)(t, o).to(torch.bool), exact_types=True, **o)
        g.add("argmax", [of(dtype, 3, 4).to(torch.int64).to(dtype)] if dtype != torch.bool else [of(torch.uint8, 3, 4)],
              lambda t: torch.argmax(t, 1), exact_types=True, dim=1)
    ties = special(1, 3, 3, 2, 3).reshape(1, 5)
    g.add("amax", [ties], lambda x: torch.amax(x, 1), dims=[1])
    g.add("max", [ties], lambda x: torch.max(x, 1), dim=1)
    g.add("max", [ties], torch.max)
    g.add("argmax", [ties], lambda x: torch.argmax(x, 1), gradients=False, dim=1)
    bad = special(1, math.nan, 3, math.nan, -math.inf, math.inf).reshape(2, 3)
    g.add("amax", [bad], lambda x: torch.amax(x, 1), gradients=False, dims=[1])
    g.add("max", [bad], lambda x: torch.max(x, 1), gradients=False, dim=1)
    g.add("max", [bad], lambda x: torch.max(x, 0), gradients=False, dim=0)
    g.add("argmax", [bad], lambda x: torch.argmax(x, 1), gradients=False, dim=1)
    g.add("sum", [special(math.inf, 1)], torch.sum)
    for shape, dim in [((2, 3, 4), 1), ((2, 3, 4), -1), ((4, 1), 1), ((), 0), ((0, 3), 1)]:
        for keep in [False, True]:
            o = {"dim": dim, "keepdim": keep}
            g.add("max", [distinct(*shape)], lambda x: torch.max(x, dim, keep), **o)
            g.add("argmax", [distinct(*shape)], lambda x: torch.argmax(x, dim, keep), gradients=False, **o)
    g.add("max", [distinct(3, 4)], torch.max)
    g.add("argmax", [distinct(3, 4)], torch.argmax, gradients=False)
    for shape, to in [((2, 3, 4), [3, 1]), ((2, 3), []), ((2, 3), [2, 3]), ((2, 0), [2, 1])]:
        g.add("sum_to", [real(*shape)], lambda x: x.sum_to_size(to), shape=to)
    for shape, to in [((3, 1), [2, 3, 4]), ((), [2, 2]), ((2, 1), [2, 0])]:
        g.add("broadcast_to", [real(*shape)], lambda x: torch.broadcast_to(x, to), shape=to)
        g.add("expand", [real(*shape)], lambda x: x.expand(to), shape=to)
    g.write()


def products():
    g = Family("matmul")
    for a, b in [((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (5, 3, 2)), ((5, 2, 3), (3,)),
                 ((2, 1, 2, 3), (4, 3, 2)), ((1, 2, 3), (5, 3, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0,), (0,)),
                 ((0, 2, 3), (3, 2)), ((2, 2, 3), (2, 3, 2)), ((2, 3), (2, 3, 2))]:
        g.add("matmul", [real(*a), real(*b)], torch.matmul)
    for dtype in [torch.int64, torch.int32, torch.uint8]:
        g.add("matmul", [of(dtype, 2, 3), of(dtype, 3, 4)], torch.matmul, exact_types=True)
    for x, o in [((2, 3), 4), ((3,), 4), ((2, 2, 3), 1), ((0, 3), 4), ((2, 3), 0)]:
        g.add("linear", [real(*x), real(o, 3), real(o)], F.linear)
        g.add("linear", [real(*x), real(o, 3)], F.linear)
    g.add("linear", [real(2, 0), real(4, 0), real(4)], F.linear)
    g.write()
