#!/usr/bin/env python3
"""Makes optim_golden.json from PyTorch 2.13:   python3 tests/train/optim/make_golden.py

20 steps of each optimiser on two float64 parameters with given gradients; parameter 1 has none in step 5.
"""
import json
import pathlib

import torch

CASES = [
    ("sgd", "SGD", dict(lr=0.1)),
    ("sgd_momentum", "SGD", dict(lr=0.05, momentum=0.9)),
    ("sgd_dampening", "SGD", dict(lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.01)),
    ("sgd_nesterov", "SGD", dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.02)),
    ("sgd_maximize", "SGD", dict(lr=0.05, momentum=0.9, weight_decay=0.02, maximize=True)),
    ("adam", "Adam", dict(lr=0.01)),
    ("adam_all", "Adam", dict(lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
    ("adam_amsgrad", "Adam", dict(lr=0.05, amsgrad=True, weight_decay=0.01)),
    ("adam_maximize", "Adam", dict(lr=0.05, weight_decay=0.01, maximize=True)),
    ("adamw", "AdamW", dict(lr=0.05)),
    ("adamw_all", "AdamW", dict(lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.3, amsgrad=True)),
]
STEPS, SKIPPED = 20, 5


def main():
    generator = torch.Generator().manual_seed(2013)
    shapes = [(2, 3), (4,)]
    draw = lambda shape: torch.randn(shape, generator=generator, dtype=torch.float64)
    start = [draw(shape) for shape in shapes]
    # Gradients shrink and change sign, so that the largest square and the running one differ.
    grads = [[draw(shape) * (2.0 if t < 8 else 0.1) for shape in shapes] for t in range(STEPS)]
    flat = lambda tensors: [t.flatten().tolist() for t in tensors]
    out = {"torch": torch.__version__, "start": flat(start), "grads": [flat(g) for g in grads], "skipped": SKIPPED, "cases": {}}
    for name, kind, options in CASES:
        parameters = [t.clone().requires_grad_() for t in start]
        optimizer = getattr(torch.optim, kind)(parameters, foreach=False, **options)
        steps = []
        for t in range(STEPS):
            for i, p in enumerate(parameters):
                p.grad = None if (t == SKIPPED and i == 1) else grads[t][i].clone()
            optimizer.step()
            steps.append(flat([p.detach() for p in parameters]))
        out["cases"][name] = steps
    path = pathlib.Path(__file__).resolve().parent / "optim_golden.json"
    path.write_text(json.dumps(out) + "\n")
    print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
