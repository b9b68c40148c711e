#!/usr/bin/env python3
"""PyTorch's values and gradients of every op, as files the golden tests read.

    pip install torch==2.13.0
    python3 tests/ops/golden/make_golden.py        # writes *.json beside itself

A file holds one case a line:
    {"op": name, "o": options, "in": tensors, "out": tensors, "dy": tensors, "dx": tensors}
with a tensor as [dtype, shape, elements]. Real numbers are multiples of 1/8, so float32 holds them too: cases without
"exact_types" are checked in both floating types against the same float64 results. dx is null where an input has no
gradient. An in-place case has "in_place": true. The names and options are those of tests/ops/op_table_*.cpp.
"""
import itertools
import json
import math
import pathlib
import random

import torch
import torch.nn.functional as F

NAMES = {torch.float32: "float32", torch.float64: "float64", torch.int64: "int64", torch.int32: "int32",
         torch.uint8: "uint8", torch.bool: "bool"}
TYPES = {name: dtype for dtype, name in NAMES.items()}
rng = random.Random(20261123)
torch.set_num_threads(1)


# --- Inputs -----------------------------------------------------------------------------------------------------------
def tensor(shape, draw, dtype=torch.float64):
    count = math.prod(shape)
    return torch.tensor([draw() for _ in range(count)], dtype=dtype).reshape(shape)


def real(*shape):
    return tensor(shape, lambda: rng.randint(-16, 16) / 8)


def positive(*shape):
    return tensor(shape, lambda: rng.randint(4, 20) / 8)


def low(*shape):  # away from integers, and from `high`
    return tensor(shape, lambda: rng.randint(-2, 1) + rng.choice([1, 2, 3]) / 8)


def high(*shape):
    return tensor(shape, lambda: rng.randint(-2, 1) + rng.choice([5, 6, 7]) / 8)


def distinct(*shape):
    count = math.prod(shape)
    values = [(i - count // 2) / 8 for i in range(count)]
    rng.shuffle(values)
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def below(n, *shape):
    return tensor(shape, lambda: rng.randrange(n), torch.int64)


def mask(*shape):
    return tensor(shape, lambda: rng.random() < 0.5, torch.bool)


def of(dtype, *shape):
    lowest = {torch.bool: 0, torch.uint8: 0}.get(dtype, -4)
    return tensor(shape, lambda: rng.randint(lowest, 1 if dtype == torch.bool else 5), dtype)


def special(*values):
    return torch.tensor(values, dtype=torch.float64)


# --- Cases ------------------------------------------------------------------------------------------------------------
def plain(value):
    if isinstance(value, float):
        if math.isnan(value):
            return "nan"
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return int(value) if value == int(value) and str(value) != "-0.0" else value
    return int(value)


def packed(t):
    if t is None:
        return None
    return [NAMES[t.dtype], list(t.shape), [plain(v) for v in t.detach().reshape(-1).tolist()]]


class Family:
    def __init__(self, name):
        self.name, self.lines = name, []

    def add(self, op, inputs, f, exact_types=False, in_place=False, gradients=True, **options):
        """One case: outputs of f(*inputs), and the gradients of its floating inputs for a drawn dy."""
        before = [packed(x) for x in inputs]
        leaves = [x.clone().requires_grad_(gradients and x.is_floating_point()) for x in inputs]
        outputs = f(*[x.clone() if in_place else x for x in leaves])
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        dys = [real(*y.shape).to(y.dtype) if y.requires_grad else None for y in outputs]
        sources = [x for x in leaves if x.requires_grad]
        found = {}
        if any(dy is not None for dy in dys):
            grads = torch.autograd.grad([y for y in outputs if y.requires_grad], sources,
                                        [dy for dy in dys if dy is not None], allow_unused=True)
            found = {id(x): g for x, g in zip(sources, grads)}
        case = {"op": op, "o": options, "in": before, "out": [packed(y) for y in outputs]}
        if found:
            case["dy"] = [packed(dy) for dy in dys]
            case["dx"] = [packed(found.get(id(x))) for x in leaves]
        if exact_types:
            case["exact_types"] = True
        if in_place:
            case["in_place"] = True
        self.lines.append(json.dumps(case, separators=(",", ":")))

    def write(self):
        path = pathlib.Path(__file__).parent / f"{self.name}.json"
        path.write_text("[\n" + ",\n".join(self.lines) + "\n]\n")
        print(f"{path.name}: {len(self.lines)} cases, {path.stat().st_size} bytes")


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


def rows():
    """The cases that stand beside their rows in tests/ops, as comments: the arguments of Family.add.
        // PyTorch: "flip", [real(2, 3)], lambda x: x.flip([0]), dims=[0]
    """
    g = Family("rows")
    for path in sorted(pathlib.Path(__file__).parent.parent.rglob("*.cpp")):
        for line in path.read_text().splitlines():
            head, found, arguments = line.partition("// PyTorch: ")
            if found and not head.strip():
                eval(f"g.add({arguments})", {**globals(), "g": g})
    g.write()


for family in [elementwise, promotion, reductions, products, shapes, indexing, losses, windows, convolutions, rows]:
    family()
