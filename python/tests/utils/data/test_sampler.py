"""Orders."""
from collections import Counter

import pytest
import tenet
from tenet.utils.data import (BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler,
                              WeightedRandomSampler)

TEN = range(10)


def test_sequential():
    assert list(SequentialSampler(TEN)) == list(TEN) and len(SequentialSampler(TEN)) == 10
    with pytest.raises(NotImplementedError):
        iter(Sampler())


def test_random_orders_are_new_each_time_and_repeatable():
    sampler = RandomSampler(TEN)
    tenet.manual_seed(1)
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(TEN) and first != second
    tenet.manual_seed(1)
    assert list(sampler) == first
    own = [list(RandomSampler(TEN, generator=tenet.Generator(seed=5))) for _ in range(2)]
    assert own[0] == own[1]


def test_random_with_a_number_of_samples():
    assert Counter(RandomSampler(TEN, num_samples=25)).most_common()[-1][1] == 2
    drawn = list(RandomSampler(TEN, replacement=True, num_samples=1000))
    assert len(drawn) == 1000 and set(drawn) == set(TEN)
    assert list(RandomSampler([])) == []
    with pytest.raises(tenet.ValueError, match="RandomSampler: num_samples=0 must be a whole number of 1 or more."):
        RandomSampler(TEN, num_samples=0)


def test_subset_random():
    assert sorted(SubsetRandomSampler([3, 5, 8])) == [3, 5, 8]


def test_weighted():
    drawn = Counter(WeightedRandomSampler([1, 0, 3], 4000))
    assert drawn[1] == 0 and 2.5 < drawn[2] / drawn[0] < 3.6
    assert sorted(WeightedRandomSampler(tenet.tensor([1.0, 0.0, 3.0]), 2, replacement=False)) == [0, 2]
    first = Counter(next(iter(WeightedRandomSampler([1, 3], 1, replacement=False))) for _ in range(2000))
    assert 2.4 < first[1] / first[0] < 3.7
    for weights, n, text in [([1, -1], 1, "must be finite"), ([0, 0], 1, "not all 0"), ([1, 0], 2, "num_samples=2 is more than the 1")]:
        with pytest.raises(tenet.ValueError, match=text):
            WeightedRandomSampler(weights, n, replacement=False)


def test_batches():
    assert list(BatchSampler(SequentialSampler(range(5)), 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(SequentialSampler(range(5)), 2, True)) == [[0, 1], [2, 3]]
    assert len(BatchSampler(range(5), 2, False)) == 3 and len(BatchSampler(range(5), 2, True)) == 2
    with pytest.raises(tenet.ValueError, match="BatchSampler: batch_size=0"):
        BatchSampler(TEN, 0, False)
