"""Datasets and their parts."""
import pytest
import tenet
from tenet.utils.data import ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, digits, random_split


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        return i * i

    def __len__(self):
        return self.n


def test_tensor_dataset():
    data = TensorDataset(tenet.arange(6).view(3, 2), tenet.tensor([7, 8, 9]))
    x, y = data[1]
    assert len(data) == 3 and x.tolist() == [2, 3] and y.item() == 8
    assert data[:2][0].shape == (2, 2) and data[-1][1].item() == 9
    assert [part.tolist() for part in data.batch([2, 0])] == [[[4, 5], [0, 1]], [9, 7]]
    with pytest.raises(tenet.ShapeError, match=r"TensorDataset: the tensors have \[3, 2\] examples."):
        TensorDataset(tenet.zeros(3), tenet.zeros(2))
    with pytest.raises(IndexError):
        data[3]


def test_subset_and_concat():
    both = Squares(3) + Squares(4)
    assert isinstance(both, ConcatDataset) and len(both) == 7 and [both[i] for i in range(7)] == [0, 1, 4, 0, 1, 4, 9]
    assert both[-1] == 9 and both[-7] == 0
    for wrong in (7, -8):
        with pytest.raises(tenet.IndexError, match=f"index {wrong} is out of range for 7 examples"):
            both[wrong]
    part = Subset(both, [6, 0])
    assert len(part) == 2 and part[0] == 9 and part[1] == 0
    with pytest.raises(tenet.ValueError, match="there are no datasets"):
        ConcatDataset([])


def test_random_split():
    parts = random_split(Squares(10), [7, 3])
    assert [len(p) for p in parts] == [7, 3]
    assert sorted(i for p in parts for i in p.indices) == list(range(10))
    assert [len(p) for p in random_split(Squares(10), [0.5, 0.25, 0.25])] == [6, 2, 2]
    first = random_split(Squares(10), [5, 5], generator=tenet.Generator(seed=3))[0].indices
    assert first == random_split(Squares(10), [5, 5], generator=tenet.Generator(seed=3))[0].indices
    with pytest.raises(tenet.ValueError, match=r"the lengths \[5, 4\] add up to 9, but the dataset has 10 examples"):
        random_split(Squares(10), [5, 4])


def test_what_must_be_defined():
    with pytest.raises(NotImplementedError, match=r"Dataset: define __getitem__\(self, index\)."):
        Dataset()[0]
    with pytest.raises(NotImplementedError, match=r"IterableDataset: define __iter__\(self\)."):
        iter(IterableDataset())


def test_the_digits():
    train, test = digits("train"), digits("test")
    images, labels = train[:]
    assert images.shape == (1437, 1, 8, 8) and labels.dtype == tenet.int64 and len(test) == 360
    assert images.amax().item() == 1 and sorted(set(labels.tolist())) == list(range(10))
    with pytest.raises(tenet.ValueError, match='digits: split "all" is not there. Use "train" or "test".'):
        digits("all")
