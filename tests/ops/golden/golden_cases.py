"""How a case is drawn, run through PyTorch and written down; make_golden.py says what for."""
import json
import math
import pathlib
import random

import torch

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
