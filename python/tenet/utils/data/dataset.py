"""What a DataLoader reads."""
from __future__ import annotations

import bisect
import itertools
import math
import numbers
from typing import TYPE_CHECKING, Any, Generic

from tenet import _C
from tenet._C import Tensor
from tenet.utils.data.sampler import T_co, randperm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tenet._C import Generator
    from tenet._types import T


class _AssertedShapeError(_C.ShapeError, AssertionError):
    """A ShapeError where PyTorch asserts."""


class _AssertedValueError(_C.ValueError, AssertionError):
    """A ValueError where PyTorch asserts."""


class _AssertedTypeError(TypeError, AssertionError):
    """A TypeError where PyTorch asserts."""


class _PlaceError(_C.IndexError, ValueError):
    """An index before the first example."""


def fetch(dataset: Any, indices: Any) -> Any:
    """The examples of these numbers: what __getitems__ gives of them, if the dataset has it and no class below the one
    that defines it has a __getitem__ of its own; else one by one."""
    for cls in type(dataset).__mro__:
        if "__getitems__" in vars(cls):
            return dataset.__getitems__(indices)
        if "__getitem__" in vars(cls):
            break
    return [dataset[i] for i in indices]


class Dataset(Generic[T_co]):
    """Examples by number: derive from it and define __getitem__(i) and __len__(). One that also has __getitems__(list
    of numbers), which gives those examples as a list, is asked for whole batches."""

    def __getitem__(self, index: Any) -> T_co:
        raise NotImplementedError(f"{type(self).__name__}: define __getitem__(self, index).")

    def __add__(self, other: Dataset[Any]) -> ConcatDataset[Any]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co]):
    """Examples in a stream: derive from it and define __iter__()."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__}: define __iter__(self).")

    def __add__(self, other: Dataset[Any]) -> ChainDataset[Any]:  # type: ignore[override]
        return ChainDataset([self, other])


class ChainDataset(IterableDataset[T_co]):
    """One stream after the other."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain.from_iterable(map(self._checked, self.datasets))

    def __len__(self) -> int:
        return sum(len(self._checked(dataset)) for dataset in self.datasets)

    @staticmethod
    def _checked(dataset: Any) -> Any:
        if not isinstance(dataset, IterableDataset):
            raise _AssertedTypeError(f"ChainDataset: a {type(dataset).__name__} is no IterableDataset. Use "
                                     "ConcatDataset.")
        return dataset


class Rows:
    """Examples of a TensorDataset in the columns that they were gathered in, each a row through all of them."""

    def __init__(self, columns: Sequence[Tensor]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return self.columns[0].shape[0]

    def __iter__(self) -> Iterator[Any]:
        return zip(*self.columns)


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Example i is (tensors[0][i], tensors[1][i], ...). Raises ShapeError unless all have the same first extent. A
    batch is gathered by one index_select per tensor."""

    def __init__(self, *tensors: Tensor) -> None:
        if not tensors:
            raise _C.ValueError("TensorDataset: there are no tensors. Give at least one.")
        for i, x in enumerate(tensors):
            if not isinstance(x, Tensor):
                raise TypeError(f"TensorDataset: argument {i} is a {type(x).__name__}. It must be a Tensor.")
            if x.dim() == 0:
                raise _C.ShapeError(f"TensorDataset: tensor {i} has no dimensions. The first one counts the examples.")
        extents = [x.shape[0] for x in tensors]
        if len(set(extents)) > 1:
            raise _AssertedShapeError(f"TensorDataset: the tensors have {extents} examples. All need the same first "
                                      "extent.")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(x[index] for x in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    def __getitems__(self, indices: Sequence[int]) -> Any:
        if indices and not 0 <= min(indices) <= max(indices) < len(self):
            indices = [_in_range(i, len(self), "TensorDataset") for i in indices]
        at = _C.tensor(indices, dtype=_C.int64)
        return Rows([_C.index_select(x, 0, at) for x in self.tensors])


def _in_range(index: int, count: int, name: str) -> int:
    """The index, counted from the front."""
    if not -count <= index < count:
        kind = _PlaceError if index < 0 else _C.IndexError
        raise kind(f"{name}: index {index} is out of range for {count} examples.")
    return index + count if index < 0 else index


class StackDataset(Dataset[T_co]):
    """Example i is that of all datasets: a tuple of them, or a dict if they were given by keyword."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if bool(args) == bool(kwargs):
            raise _C.ValueError("StackDataset: give datasets by place or by keyword, at least one, and not both.")
        self.datasets: Any = args or kwargs
        lengths = [len(dataset) for dataset in self._all()]
        if len(set(lengths)) > 1:
            raise _C.ValueError(f"StackDataset: Size mismatch between datasets: they have {lengths} examples.")

    def _all(self) -> list[Any]:
        return list(self.datasets.values() if isinstance(self.datasets, dict) else self.datasets)

    def __getitem__(self, index: Any) -> Any:
        examples = [dataset[index] for dataset in self._all()]
        return dict(zip(self.datasets, examples)) if isinstance(self.datasets, dict) else tuple(examples)

    def __len__(self) -> int:
        return len(self._all()[0])


class Subset(Dataset[T_co]):
    """The examples of a dataset that have these numbers."""

    def __init__(self, dataset: Dataset[T_co] | Sequence[T_co], indices: Sequence[int]) -> None:
        self.dataset: Any = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: Sequence[int]) -> Any:
        return fetch(self.dataset, [self.indices[i] for i in indices])

    def __len__(self) -> int:
        return len(self.indices)


class ConcatDataset(Dataset[T_co]):
    """One dataset after the other."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise _AssertedValueError("ConcatDataset: there are no datasets. Give at least one.")
        if any(isinstance(d, IterableDataset) for d in self.datasets):
            raise _AssertedTypeError("ConcatDataset: an IterableDataset has no numbered examples. Use ChainDataset.")
        self.cumulative_sizes = list(itertools.accumulate(len(d) for d in self.datasets))

    def __getitem__(self, index: int) -> Any:
        at = _in_range(index, len(self), "ConcatDataset")
        which = bisect.bisect_right(self.cumulative_sizes, at)
        return self.datasets[which][at - (self.cumulative_sizes[which - 1] if which else 0)]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    @property
    def cummulative_sizes(self) -> list[int]:
        """PyTorch's old name for cumulative_sizes."""
        return self.cumulative_sizes


def random_split(dataset: Dataset[T] | Sequence[T], lengths: Sequence[float], generator: Generator | None = None) -> list[Subset[T]]:
    """Subsets of these lengths, or fractions of the whole, that share no example. Raises ValueError unless lengths add
    up to the dataset's, fractions to 1; what rounding leaves over goes to the first ones."""
    sizes: list[Any] = list(lengths)
    whole: Any = dataset
    if math.isclose(sum(sizes), 1) and sum(sizes) <= 1 + 1e-9 and any(isinstance(n, float) for n in sizes):
        if any(not 0 <= n <= 1 for n in sizes):
            raise _C.ValueError(f"random_split: the fractions {sizes} must lie between 0 and 1.")
        sizes = [math.floor(len(whole) * n) for n in sizes]
        for i in range(len(whole) - sum(sizes)):
            sizes[i % len(sizes)] += 1
    if any(not isinstance(n, numbers.Integral) or n < 0 for n in sizes):
        raise _C.ValueError(f"random_split: the lengths {sizes} must be whole numbers of 0 or more, or fractions "
                            "that add up to 1.")
    if sum(sizes) != len(whole):
        raise _C.ValueError(f"random_split: the lengths {sizes} add up to {sum(sizes)}, but the dataset has "
                            f"{len(whole)} examples.")
    order = randperm(len(whole), generator)
    ends = list(itertools.accumulate(sizes))
    return [Subset(dataset, order[end - n:end]) for n, end in zip(sizes, ends)]
