"""Generators and their seeds, as PyTorch has them."""
from __future__ import annotations

from typing import Any

import numpy
import pytest

import tenet


def test_seeds_are_64_bits_with_or_without_a_sign() -> None:
    seeds: list[Any] = [(-1, 2**64 - 1), (-2**63, 2**63), (2**64 - 1, 2**64 - 1), (True, 1), (numpy.int64(3), 3), (tenet.tensor(3), 3)]
    for seed, initial in seeds:
        assert tenet.manual_seed(seed).initial_seed() == tenet.Generator().manual_seed(seed).initial_seed() == initial
    assert tenet.manual_seed(1.5).initial_seed() == 1 and tenet.manual_seed(-1.5).initial_seed() == 2**64 - 1
    for seed in (2**64, -2**63 - 1):
        with pytest.raises(ValueError, match=rf"manual_seed: seed={seed} must lie in \[-2\^63, 2\^64\)"):
            tenet.manual_seed(seed)
    with pytest.raises(TypeError):
        tenet.Generator().manual_seed(1.5)  # type: ignore[arg-type]


def test_a_generator_by_itself() -> None:
    g = tenet.Generator(device="cpu")
    assert g.device == tenet.device("cpu") == tenet.default_generator.device
    assert g.seed() == g.initial_seed() and g.seed() != g.seed()
    state = g.manual_seed(5).get_state()
    x = tenet.rand(3, generator=g)
    copied = g.clone_state()
    assert copied.initial_seed() == 5 and tenet.rand(3, generator=g).equal(tenet.rand(3, generator=copied))
    assert g.set_state(state) is g and tenet.rand(3, generator=g).equal(x)


def test_like_takes_a_generator() -> None:
    x = tenet.ones(3)
    for make in (tenet.rand_like, tenet.randn_like):
        assert make(x, generator=tenet.Generator().manual_seed(2)).equal(make(x, generator=tenet.Generator().manual_seed(2)))
