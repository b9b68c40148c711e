"""The order in which examples are read."""
from __future__ import annotations

import bisect
import itertools
import math
from typing import Generic, TypeVar
from typing import TYPE_CHECKING, Any

from tenet import _C

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tenet._C import Generator, Tensor

T_co = TypeVar("T_co", covariant=True)


def randperm(n: int, generator: Generator | None) -> list[int]:
    """0, 1, ..., n - 1 in random order, as a list."""
    order: list[int] = _C.randperm(n, generator=generator).tolist()
    return order


def draw_seed(generator: Generator | None) -> int:
    """A seed for a generator of its own: one number from `generator`, or from the default one if that is None."""
    return int(_C.randint(0, 1 << 62, (1,), generator=generator).item())


def _check_count(name: str, option: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise _C.ValueError(f"{name}: {option}={value!r} must be a whole number of 1 or more.")


def _check_bool(name: str, option: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name}: {option} should be a boolean value, but got {option}={value!r}.")


class Sampler(Generic[T_co]):
    """An order: derive from it and define __iter__(), which gives numbers of examples, or lists of them."""

    def __init__(self, data_source: object | None = None) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__}: define __iter__(self).")


class SequentialSampler(Sampler[int]):
    """0, 1, 2, ..."""

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """A new random order for each epoch; with replacement, num_samples independent draws. The order comes from one
    seed, drawn from `generator` or the default one when the epoch begins: whatever else draws meanwhile does not change
    it."""

    def __init__(self, data_source: Any, replacement: bool = False, num_samples: int | None = None,
                 generator: Generator | None = None) -> None:
        self.data_source, self.replacement, self.generator = data_source, replacement, generator
        _check_bool("RandomSampler", "replacement", replacement)
        self._num_samples = num_samples
        _check_count("RandomSampler", "num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many numbers an epoch has."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n = len(self.data_source)
        if n == 0:
            return iter(())
        generator = _C.Generator(seed=draw_seed(self.generator))
        if self.replacement:
            return iter(_C.randint(0, n, (self.num_samples,), generator=generator).tolist())
        orders = (randperm(n, generator) for _ in itertools.count())
        return itertools.islice(itertools.chain.from_iterable(orders), self.num_samples)

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """These numbers in random order."""

    def __init__(self, indices: Sequence[Any], generator: Generator | None = None) -> None:
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[Any]:
        return (self.indices[i] for i in randperm(len(self.indices), self.generator))

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """num_samples numbers, each drawn with a chance in proportion to its weight; without replacement each at most
    once."""

    def __init__(self, weights: Any, num_samples: int, replacement: bool = True,
                 generator: Generator | None = None) -> None:
        _check_count("WeightedRandomSampler", "num_samples", num_samples)
        if not isinstance(replacement, bool):
            raise _C.ValueError(f"WeightedRandomSampler: replacement should be a boolean value, but got {replacement!r}.")
        self.weights = _C.as_tensor(weights, dtype=_C.float64)
        if self.weights.dim() != 1:
            raise _C.ValueError(f"WeightedRandomSampler: weights should be a 1d sequence but given weights have shape "
                                f"{tuple(self.weights.shape)}.")
        weights = self.weights.tolist()
        if any(not 0 <= w < math.inf for w in weights) or not any(weights):
            raise _C.ValueError("WeightedRandomSampler: weights must be finite, 0 or more, and not all 0.")
        if not replacement and num_samples > sum(w > 0 for w in weights):
            raise _C.ValueError(f"WeightedRandomSampler: num_samples={num_samples} is more than the "
                                f"{sum(w > 0 for w in weights)} weights that are not 0. Draw with replacement.")
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        weights = self.weights.tolist()
        drawn = _C.rand(self.num_samples if self.replacement else len(weights), dtype=_C.float64,
                        generator=self.generator).tolist()
        if not self.replacement:
            # The greatest of u^(1/w): P. Efraimidis, P. Spirakis, 2006, algorithm A. Compared by log(w) - log(-log(u)),
            # which grows with it and which neither tiny nor huge weights make equal.
            keys = [math.log(w) - math.log(-math.log1p(-max(u, 2.0**-60))) if w > 0 else -math.inf
                    for u, w in zip(drawn, weights)]
            return iter(sorted(range(len(keys)), key=keys.__getitem__, reverse=True)[:self.num_samples])
        largest = max(weights)
        # The whole sum is 1 or more, so that u times it stays below it; it would not for the least numbers there are.
        sums = list(itertools.accumulate(w / largest for w in weights))
        return (bisect.bisect_right(sums, u * sums[-1]) for u in drawn)

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """The numbers of another sampler in lists of batch_size; a last one that is not full is left out with drop_last."""

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        _check_count("BatchSampler", "batch_size", batch_size)
        if not isinstance(drop_last, bool):
            raise _C.ValueError(f"BatchSampler: drop_last should be a boolean value, but got drop_last={drop_last!r}.")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        numbers = iter(self.sampler)
        while batch := list(itertools.islice(numbers, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)
