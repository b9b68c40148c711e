"""DataLoader, with and without worker threads."""
import threading
import time

import pytest
import tenet
from tenet.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset, get_worker_info

WORKERS = [0, 1, 3]


class Numbers(Dataset):
    def __init__(self, n, fail_at=None):
        self.n, self.fail_at = n, fail_at

    def __getitem__(self, i):
        if i == self.fail_at:
            raise Custom("example", i)
        return tenet.tensor([float(i)]), i

    def __len__(self):
        return self.n


class Custom(Exception):
    """Nothing that Tenet knows."""


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(5))

    def __len__(self):
        return 5


def labels(loader):
    return [y.tolist() for _, y in loader]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("workers", WORKERS)
def test_batches_come_in_order(workers):
    loader = DataLoader(Numbers(7), 3, num_workers=workers)
    assert labels(loader) == [[0, 1, 2], [3, 4, 5], [6]] == labels(loader) and len(loader) == 3
    assert labels(DataLoader(Numbers(7), 3, drop_last=True, num_workers=workers)) == [[0, 1, 2], [3, 4, 5]]
    x, y = next(iter(loader))
    assert x.shape == (3, 1) and y.dtype == tenet.int64
    assert labels(DataLoader(Numbers(0), 3, num_workers=workers)) == []


def test_the_order_is_the_same_with_workers():
    def order(workers):
        tenet.manual_seed(3)
        return labels(DataLoader(Numbers(20), 4, shuffle=True, num_workers=workers))

    assert order(0) == order(0)
    assert sorted(sum(order(0), [])) == list(range(20)) != sum(order(0), [])
    seeded = [labels(DataLoader(Numbers(20), 4, shuffle=True, num_workers=n, generator=tenet.Generator(seed=1))) for n in WORKERS]
    assert seeded[0] == labels(DataLoader(Numbers(20), 4, shuffle=True, generator=tenet.Generator(seed=1)))
    assert sorted(sum(seeded[2], [])) == list(range(20))


@pytest.mark.parametrize("workers", WORKERS)
def test_exceptions_arrive_whole_at_their_batch(workers):
    loader = DataLoader(Numbers(9, fail_at=4), 2, num_workers=workers)
    seen = []
    with pytest.raises(Custom) as caught:
        for _, y in loader:
            seen.append(y.tolist())
    assert seen == [[0, 1], [2, 3]] and caught.value.args == ("example", 4)
    assert any(entry.name == "__getitem__" for entry in caught.traceback)
    loader.dataset.fail_at = None
    assert len(labels(loader)) == 5

    def collate(batch):
        raise Custom("collate")

    with pytest.raises(Custom, match="collate"):
        next(iter(DataLoader(Numbers(3), 2, num_workers=workers, collate_fn=collate)))

    def order():
        yield 0
        raise Custom("sampler")

    with pytest.raises(Custom, match="sampler"):
        list(DataLoader(Numbers(3), 1, sampler=order(), num_workers=workers))


def test_leaving_early_stops_the_workers():
    asked = []

    class Slow(Numbers):
        def __getitem__(self, i):
            asked.append(i)
            time.sleep(0.01)
            return i

    for i, _ in enumerate(DataLoader(Slow(1000), 1, num_workers=2)):
        if i == 2:
            break
    assert len(asked) < 20


@pytest.mark.parametrize("workers", WORKERS)
def test_two_loops_at_once(workers):
    loader = DataLoader(Numbers(4), 2, num_workers=workers)
    pairs = [(a.tolist(), b.tolist()) for (_, a), (_, b) in zip(loader, loader)]
    assert pairs == [([0, 1], [0, 1]), ([2, 3], [2, 3])]


def test_worker_info_and_init():
    assert get_worker_info() is None
    begun = []

    class Asks(Numbers):
        def __getitem__(self, i):
            info = get_worker_info()
            assert info.num_workers == 2 and info.dataset is self and info.id in (0, 1)
            return i

    list(DataLoader(Asks(8), 2, num_workers=2, worker_init_fn=begun.append))
    assert begun and set(begun) <= {0, 1}

    def fail(worker):
        raise Custom("init")

    with pytest.raises(Custom, match="init"):
        list(DataLoader(Numbers(2), 1, num_workers=1, worker_init_fn=fail))


def test_a_tensor_dataset_is_read_by_the_batch():
    data = TensorDataset(tenet.randn(10, 2, 3), tenet.arange(10))
    fast = list(DataLoader(data, 4))
    slow = list(DataLoader(data, 4, collate_fn=lambda examples: [tenet.stack(column) for column in zip(*examples)]))
    assert len(fast) == 3 and all(tenet.equal(a, b) for x, y in zip(fast, slow) for a, b in zip(x, y))


def test_getitems_is_asked_for_whole_batches():
    class Batched(Numbers):
        def __getitems__(self, numbers):
            return [n * 10 for n in numbers]

    assert [y.tolist() for y in DataLoader(Batched(4), 3)] == [[0, 10, 20], [30]]


def test_without_batches():
    assert [y for _, y in DataLoader(Numbers(3), None)] == [0, 1, 2]
    assert [y.tolist() for _, y in DataLoader(Numbers(4), batch_sampler=[[3, 1], [0]])] == [[3, 1], [0]]
    assert len(DataLoader(Numbers(4), batch_sampler=[[3, 1], [0]])) == 2


@pytest.mark.parametrize("workers", WORKERS)
def test_streams(workers):
    assert [b.tolist() for b in DataLoader(Stream(), 2, num_workers=workers)] == [[0, 1], [2, 3], [4]]
    assert [b.tolist() for b in DataLoader(Stream(), 2, drop_last=True)] == [[0, 1], [2, 3]]
    assert list(DataLoader(Stream(), None)) == [0, 1, 2, 3, 4] and len(DataLoader(Stream(), 2)) == 3


@pytest.mark.parametrize("options, text", [
    ({"batch_size": 0}, "batch_size=0 must be 1 or more"), ({"num_workers": -1}, "num_workers=-1 must be 0 or more"),
    ({"shuffle": True, "sampler": [1]}, "sampler and shuffle exclude each other"),
    ({"batch_sampler": [[1]], "batch_size": 2}, "batch_sampler excludes batch_size"),
    ({"batch_size": None, "drop_last": True}, "drop_last has no meaning"), ({"prefetch_factor": 0}, "prefetch_factor=0"),
])
def test_options_without_meaning(options, text):
    with pytest.raises(tenet.ValueError, match=text):
        DataLoader(Numbers(3), **options)
    with pytest.raises(tenet.ValueError, match="has its own order"):
        DataLoader(Stream(), shuffle=True)
