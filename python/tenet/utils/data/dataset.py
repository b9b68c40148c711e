"""What a DataLoader reads."""
import bisect
import itertools
import math

from tenet import _C
from tenet.utils.data.sampler import randperm


class Dataset:
    """Examples by number: derive from it and define __getitem__(i) and __len__(). One that also has __getitems__(list of
    numbers), which gives those examples as a list, is asked for whole batches."""

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__}: define __getitem__(self, index).")

    def __add__(self, other):
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Examples in a stream: derive from it and define __iter__()."""

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__}: define __iter__(self).")


class TensorDataset(Dataset):
    """Example i is (tensors[0][i], tensors[1][i], ...). Raises ShapeError unless all have the same first extent."""

    def __init__(self, *tensors):
        extents = [x.shape[0] for x in tensors]
        if len(set(extents)) > 1:
            raise _C.ShapeError(f"TensorDataset: the tensors have {extents} examples. All need the same first extent.")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(x[index] for x in self.tensors)

    def __len__(self):
        return self.tensors[0].shape[0] if self.tensors else 0

    def batch(self, indices):
        """The examples of these numbers, stacked: what the default collate_fn makes of them, in one copy."""
        at = _C.tensor(indices, dtype=_C.int64)
        return [_C.index_select(x, 0, at) for x in self.tensors]


class Subset(Dataset):
    """The examples of a dataset that have these numbers."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index):
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __len__(self):
        return len(self.indices)


class ConcatDataset(Dataset):
    """One dataset after the other."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise _C.ValueError("ConcatDataset: there are no datasets. Give at least one.")
        self.cumulative_sizes = list(itertools.accumulate(len(d) for d in self.datasets))

    def __getitem__(self, index):
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise _C.IndexError(f"ConcatDataset: index {index} is out of range for {len(self)} examples.")
        which = bisect.bisect_right(self.cumulative_sizes, at)
        return self.datasets[which][at - (self.cumulative_sizes[which - 1] if which else 0)]

    def __len__(self):
        return self.cumulative_sizes[-1]


def random_split(dataset, lengths, generator=None):
    """Subsets of these lengths, or fractions of the whole, that share no example. Raises ValueError unless lengths add up
    to the dataset's, fractions to 1; what rounding leaves over goes to the first ones."""
    lengths = list(lengths)
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1 + 1e-9 and any(isinstance(n, float) for n in lengths):
        if any(not 0 <= n <= 1 for n in lengths):
            raise _C.ValueError(f"random_split: the fractions {lengths} must lie between 0 and 1.")
        lengths = [math.floor(len(dataset) * n) for n in lengths]
        for i in range(len(dataset) - sum(lengths)):
            lengths[i % len(lengths)] += 1
    if sum(lengths) != len(dataset):
        raise _C.ValueError(f"random_split: the lengths {lengths} add up to {sum(lengths)}, but the dataset has {len(dataset)} "
                            "examples.")
    order = randperm(len(dataset), generator)
    ends = list(itertools.accumulate(lengths))
    return [Subset(dataset, order[end - n:end]) for n, end in zip(lengths, ends)]
