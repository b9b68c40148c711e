"""Datasets and their parts."""
from typing import Any

import pytest
import tenet
from tenet.utils.data import (ChainDataset, ConcatDataset, Dataset, IterableDataset, StackDataset, Subset, TensorDataset, default_collate, digits,
                              random_split)
from tenet.utils.data.dataset import fetch


class Squares(Dataset[int]):
    def __init__(self, n: int) -> None:
        self.n = n

    def __getitem__(self, i: int) -> Any:
        if not 0 <= i < self.n:
            raise IndexError(i)
        return i * i

    def __len__(self) -> int:
        return self.n


def test_tensor_dataset() -> None:
    data = TensorDataset(tenet.arange(6).view(3, 2), tenet.tensor([7, 8, 9]))
    x, y = data[1]
    assert len(data) == 3 and x.tolist() == [2, 3] and y.item() == 8
    assert data[:2][0].shape == (2, 2) and data[-1][1].item() == 9
    assert [column.tolist() for column in data.__getitems__([2, -3]).columns] == [[[4, 5], [0, 1]], [9, 7]]
    with pytest.raises(IndexError):
        data[3]


@pytest.mark.parametrize("tensors, error, text", [
    ((tenet.zeros(3), tenet.zeros(2)), tenet.ShapeError,
     r"the tensors have \[3, 2\] examples. All need the same first extent."),
    ((), tenet.ValueError, "there are no tensors. Give at least one."),
    ((tenet.zeros(1), [1]), TypeError, "argument 1 is a list. It must be a Tensor."),
    ((tenet.tensor(1),), tenet.ShapeError, "tensor 0 has no dimensions. The first one counts the examples."),
])
def test_what_is_no_tensor_dataset(tensors: Any, error: type[BaseException], text: str) -> None:
    with pytest.raises(error, match=f"TensorDataset: {text}"):
        TensorDataset(*tensors)


@pytest.mark.parametrize("kind", [lambda data: data, lambda data: Subset(data, range(4)),
                                  lambda data: Subset(Subset(data, range(5)), [3, 2, 1, 0])])
def test_batches_of_tensors_equal_stacked_examples(kind: Any) -> None:
    data = kind(TensorDataset(tenet.randn(6, 2, 3).transpose(1, 2), tenet.arange(6), tenet.arange(6) > 2))
    at = [2, 0, 2, -1]
    examples = [data[i] for i in at]
    gathered = fetch(data, at)
    for batch in (default_collate(gathered), default_collate(list(gathered))):
        assert [x.dtype for x in batch] == [tenet.float32, tenet.int64, tenet.bool]
        assert all(tenet.equal(x, tenet.stack(column)) for x, column in zip(batch, zip(*examples), strict=True))


def test_batches_of_tensors_have_gradients() -> None:
    x = tenet.ones(3, 2, requires_grad=True)
    (batch,) = default_collate(fetch(TensorDataset(x), [2, 2, 0]))
    batch.sum().backward()
    assert x.grad.tolist() == [[1, 1], [0, 0], [2, 2]]


def test_batches_of_tensors_within_range() -> None:
    for wrong in (3, -4):
        with pytest.raises(tenet.IndexError, match=f"TensorDataset: index {wrong} is out of range for 3 examples"):
            fetch(TensorDataset(tenet.zeros(3)), [0, wrong])


def test_a_getitem_of_ones_own_is_used_for_batches() -> None:
    class Tenfold(TensorDataset):
        def __getitem__(self, index: int) -> Any:
            return tuple(10 * x for x in super().__getitem__(index))

    class Negative(Subset[Any]):
        def __getitem__(self, index: int) -> Any:
            return tuple(-x for x in super().__getitem__(index))

    data = Tenfold(tenet.arange(4))
    assert default_collate(fetch(data, [3, 1]))[0].tolist() == [30, 10]
    assert default_collate(fetch(Negative(data, [2, 1]), [0, 1]))[0].tolist() == [-20, -10]


def test_getitems_of_ones_own() -> None:
    class Batched(Squares):
        def __getitems__(self, indices: Any) -> Any:
            return [-i for i in indices]

    class Below(Batched):
        pass

    assert fetch(Below(4), [3, 1]) == [-3, -1] == fetch(Subset(Below(4), [1, 3]), [1, 0])
    assert fetch(Squares(4), [3, 1]) == [9, 1] == fetch(Subset(Squares(4), [1, 3]), [1, 0])


def test_subset_and_concat() -> None:
    both = Squares(3) + Squares(4)
    assert isinstance(both, ConcatDataset) and len(both) == 7 and [both[i] for i in range(7)] == [0, 1, 4, 0, 1, 4, 9]
    assert both[-1] == 9 and both[-7] == 0
    for wrong in (7, -8):
        with pytest.raises(tenet.IndexError, match=f"index {wrong} is out of range for 7 examples"):
            both[wrong]
    part = Subset(both, [6, 0])
    assert len(part) == 2 and part[0] == 9 and part[1] == 0
    rows = Subset(TensorDataset(tenet.arange(5)), [4, 2, 0])
    assert rows[[1, 0]][0].tolist() == [2, 4]
    with pytest.raises(tenet.ValueError, match="ConcatDataset: there are no datasets. Give at least one."):
        ConcatDataset([])
    with pytest.raises(TypeError, match="ConcatDataset: an IterableDataset has no numbered examples"):
        both + IterableDataset()


def test_random_split() -> None:
    parts = random_split(Squares(10), [7, 3])
    assert [len(p) for p in parts] == [7, 3]
    assert sorted(i for p in parts for i in p.indices) == list(range(10))
    assert [len(p) for p in random_split(Squares(10), [0.5, 0.25, 0.25])] == [6, 2, 2]
    first = random_split(Squares(10), [5, 5], generator=tenet.Generator(seed=3))[0].indices
    assert first == random_split(Squares(10), [5, 5], generator=tenet.Generator(seed=3))[0].indices
    assert [len(p) for p in random_split(Squares(10), [0.1] * 10)] == [1] * 10  # the sum is 0.9999999999999999
    tenet.manual_seed(1)
    a = random_split(Squares(10), [10])[0].indices
    tenet.manual_seed(1)
    assert random_split(Squares(10), [1.0])[0].indices == a != list(range(10))


@pytest.mark.parametrize("lengths, text", [
    ([5, 4], r"the lengths \[5, 4\] add up to 9, but the dataset has 10 examples"),
    ([0.5, 0.4], r"the lengths \[0.5, 0.4\] must be whole numbers of 0 or more, or fractions that add up to 1."),
    ([12, -2], r"the lengths \[12, -2\] must be whole numbers of 0 or more"), ([5.0, 5.0], ".* must be whole numbers"),
    ([1.5, -0.5], r"the fractions \[1.5, -0.5\] must lie between 0 and 1"),
])
def test_what_cannot_be_split(lengths: Any, text: str) -> None:
    with pytest.raises(tenet.ValueError, match=f"random_split: {text}"):
        random_split(Squares(10), lengths)


def test_what_must_be_defined() -> None:
    with pytest.raises(NotImplementedError, match=r"Dataset: define __getitem__\(self, index\)."):
        Dataset()[0]
    with pytest.raises(NotImplementedError, match=r"IterableDataset: define __iter__\(self\)."):
        iter(IterableDataset())


def test_the_digits() -> None:
    train, test = digits("train"), digits("test")
    images, labels = train[:]
    assert images.shape == (1437, 1, 8, 8) and labels.dtype == tenet.int64 and len(test) == 360
    assert images.dtype == tenet.float32 and (images >= 0).all() and images.amax().item() == 1
    assert labels.shape == (1437,) and digits().tensors[0].shape == images.shape
    assert sorted(set(labels.tolist())) == list(range(10))
    with pytest.raises(tenet.ValueError, match='digits: split "all" is not there. Use "train" or "test".'):
        digits("all")


class Stream(IterableDataset[int]):
    def __init__(self, n: int) -> None:
        self.n = n

    def __iter__(self) -> Any:
        return iter(range(self.n))

    def __len__(self) -> int:
        return self.n


def test_streams_after_each_other() -> None:
    both = Stream(2) + Stream(3)
    assert list(both) == [0, 1, 0, 1, 2] and len(both) == 5
    with pytest.raises(TypeError, match="ChainDataset: a list is no IterableDataset"):
        list(ChainDataset([[1]]))


def test_datasets_beside_each_other() -> None:
    assert StackDataset(tenet.arange(3), "abc")[1] == (tenet.tensor(1), "b") and len(StackDataset("abc")) == 3
    assert StackDataset(a=[1, 2], b=[3, 4])[0] == {"a": 1, "b": 3}
    with pytest.raises(tenet.ValueError, match=r"Size mismatch between datasets: they have \[1, 2\] examples"):
        StackDataset([1], [1, 2])
    with pytest.raises(tenet.ValueError, match="by place or by keyword"):
        StackDataset()


def test_errors_are_pytorchs_kinds_too() -> None:
    class Stream(IterableDataset[int]):
        pass

    calls: list[Any] = [(lambda: TensorDataset(tenet.ones(2), tenet.ones(3)), tenet.ShapeError), (lambda: ConcatDataset([]), tenet.ValueError),
                        (lambda: ConcatDataset([Stream()]), TypeError), (lambda: list(ChainDataset([[1]])), TypeError)]
    for call, kind in calls:
        with pytest.raises(AssertionError) as caught:
            call()
        assert isinstance(caught.value, kind)
    with pytest.raises(ValueError, match="ConcatDataset: index -5 is out of range for 3 examples") as caught_index:
        ConcatDataset([[1, 2], [3]])[-5]
    assert isinstance(caught_index.value, tenet.IndexError)
    with pytest.raises(IndexError, match="default_collate: the batch is empty"):
        default_collate([])
