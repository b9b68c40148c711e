"""Orders."""
from collections import Counter
from typing import Any

import pytest
import tenet
from tenet.utils.data import (BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler,
                              WeightedRandomSampler)

TEN = range(10)


def test_sequential() -> None:
    assert list(SequentialSampler(TEN)) == list(TEN) and len(SequentialSampler(TEN)) == 10
    with pytest.raises(NotImplementedError):
        iter(Sampler())


def test_random_orders_are_new_each_time_and_repeatable() -> None:
    sampler = RandomSampler(TEN)
    tenet.manual_seed(1)
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(TEN) and first != second
    tenet.manual_seed(1)
    assert list(sampler) == first
    own = [list(RandomSampler(TEN, generator=tenet.Generator(seed=5))) for _ in range(2)]
    assert own[0] == own[1]


@pytest.mark.parametrize("options", [{}, {"num_samples": 25}, {"replacement": True, "num_samples": 25}])
@pytest.mark.parametrize("generator", [None, tenet.Generator(seed=4)])
def test_one_seed_makes_the_order_of_an_epoch(generator: Any, options: Any) -> None:
    """What draws while the epoch runs changes nothing, and the epoch takes the same from the stream however it is
    read."""
    stream = generator or tenet.default_generator
    stream.manual_seed(2)
    undisturbed = list(RandomSampler(TEN, generator=generator, **options))
    state = stream.get_state()
    stream.manual_seed(2)
    disturbed = []
    epoch = iter(RandomSampler(TEN, generator=generator, **options))
    assert tenet.equal(stream.get_state(), state)
    for i in epoch:
        disturbed.append(i)
        tenet.rand(3, generator=generator)
    assert disturbed == undisturbed


def test_random_with_a_number_of_samples() -> None:
    assert Counter(RandomSampler(TEN, num_samples=25)).most_common()[-1][1] == 2
    drawn = list(RandomSampler(TEN, replacement=True, num_samples=1000))
    assert len(drawn) == 1000 and set(drawn) == set(TEN)
    with pytest.raises(tenet.ValueError, match="RandomSampler: num_samples=0 must be a whole number of 1 or more."):
        RandomSampler(TEN, num_samples=0)


def test_subset_random() -> None:
    sampler = SubsetRandomSampler(range(100, 120), generator=tenet.Generator(seed=1))
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(100, 120)) and first != second and len(sampler) == 20


def test_weighted() -> None:
    drawn = Counter(WeightedRandomSampler([1, 0, 3], 4000))
    assert drawn[1] == 0 and 2.5 < drawn[2] / drawn[0] < 3.6
    assert sorted(WeightedRandomSampler(tenet.tensor([1.0, 0.0, 3.0]), 2, replacement=False)) == [0, 2]
    first = Counter(next(iter(WeightedRandomSampler([1, 3], 1, replacement=False))) for _ in range(2000))
    assert 2.4 < first[1] / first[0] < 3.7
    own = [list(WeightedRandomSampler([1, 2, 3], 50, generator=tenet.Generator(seed=1))) for _ in range(2)]
    assert own[0] == own[1] and len(WeightedRandomSampler([1, 2, 3], 50)) == 50


def test_weighted_pairs_without_replacement() -> None:
    """The chance of (i, j) is w_i / sum(w) times w_j / (sum(w) - w_i): chi-squared with 5 degrees of freedom below
    20.5, its value at 0.1 %."""
    weights, n = [1, 2, 3], 6000
    drawn = Counter(tuple(WeightedRandomSampler(weights, 2, replacement=False)) for _ in range(n))
    expected = {(i, j): n * weights[i] / 6 * weights[j] / (6 - weights[i])
                for i in range(3) for j in range(3) if i != j}
    assert sum((drawn[pair] - mean) ** 2 / mean for pair, mean in expected.items()) < 20.5


@pytest.mark.parametrize("weight", [5e-324, 1e-300, 1.0, 1e18, 1e308])
@pytest.mark.parametrize("replacement", [False, True])
def test_weights_of_any_size(weight: Any, replacement: Any) -> None:
    """Equal weights, each drawn first about as often: 300 draws of 3, within 4 standard deviations."""
    first = Counter(next(iter(WeightedRandomSampler([weight] * 3, 1, replacement))) for _ in range(300))
    assert set(first) == {0, 1, 2} and all(abs(count - 100) < 33 for count in first.values())


@pytest.mark.parametrize("weights, n, text", [
    ([1, -1], 1, "weights must be finite, 0 or more, and not all 0."), ([0, 0], 1, "not all 0"), ([], 1, "not all 0"),
    ([float("nan"), 1], 1, "must be finite"), ([float("inf"), 1], 1, "must be finite"),
    ([1, 0], 2, "num_samples=2 is more than the 1 weights that are not 0. Draw with replacement."),
])
def test_weights_without_meaning(weights: Any, n: int, text: str) -> None:
    with pytest.raises(tenet.ValueError, match=f"WeightedRandomSampler: .*{text}"):
        WeightedRandomSampler(weights, n, replacement=False)


def test_batches() -> None:
    assert list(BatchSampler(SequentialSampler(range(5)), 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(SequentialSampler(range(5)), 2, True)) == [[0, 1], [2, 3]]
    assert len(BatchSampler(range(5), 2, False)) == 3 and len(BatchSampler(range(5), 2, True)) == 2
    with pytest.raises(tenet.ValueError, match="BatchSampler: batch_size=0"):
        BatchSampler(TEN, 0, False)


def test_options_that_are_bools_and_weights_that_are_numbers() -> None:
    makes: Any = [lambda: RandomSampler(range(3), replacement=3), lambda: WeightedRandomSampler([1.0], 1, 3),  # type: ignore[arg-type]
                  lambda: BatchSampler(range(3), 2, 3)]  # type: ignore[arg-type]
    for make, error in zip(makes, (TypeError, ValueError, ValueError), strict=True):
        with pytest.raises(error, match="should be a boolean value"):
            make()
    with pytest.raises(ValueError, match=r"weights should be a 1d sequence but given weights have shape \(1, 1\)"):
        WeightedRandomSampler([[1.0]], 1)
    assert WeightedRandomSampler([1, 2], 1).weights.dtype == tenet.float64


def test_a_random_order_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="RandomSampler: num_samples=0 must be a whole number of 1 or more"):
        RandomSampler([])
