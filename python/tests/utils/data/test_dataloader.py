"""DataLoader, with and without worker threads."""
import gc
import itertools
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import tenet
from tenet.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset, get_worker_info

WORKERS = [0, 1, 3]


class Numbers(Dataset[tuple[tenet.Tensor, int]]):
    def __init__(self, n: int, fail_at: Any = None) -> None:
        self.n, self.fail_at = n, fail_at

    def __getitem__(self, i: int) -> Any:
        if i == self.fail_at:
            raise Custom("example", i)
        return tenet.tensor([float(i)]), i

    def __len__(self) -> int:
        return self.n


def live_workers() -> Any:
    return [thread for thread in threading.enumerate() if thread.name.startswith("tenet-data")]


class Custom(Exception):
    """Nothing that Tenet knows."""


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Any:
        return iter(range(5))

    def __len__(self) -> int:
        return 5


def labels(loader: Any) -> Any:
    return [y.tolist() for _, y in loader]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Any:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("workers", WORKERS)
def test_batches_come_in_order(workers: int) -> None:
    loader = DataLoader(Numbers(7), 3, num_workers=workers)
    assert labels(loader) == [[0, 1, 2], [3, 4, 5], [6]] == labels(loader) and len(loader) == 3
    assert labels(DataLoader(Numbers(7), 3, drop_last=True, num_workers=workers)) == [[0, 1, 2], [3, 4, 5]]
    x, y = next(iter(loader))
    assert x.shape == (3, 1) and y.dtype == tenet.int64
    assert labels(DataLoader(Numbers(0), 3, num_workers=workers)) == []


def test_the_order_is_the_same_with_workers() -> None:
    """For two epochs, from the default generator and from one of its own, while the program draws too."""
    def order(workers: int, generator: Any, batch_size: Any) -> Any:
        stream = generator or tenet.default_generator
        stream.manual_seed(3)
        loader = DataLoader(Numbers(20), batch_size, shuffle=True, num_workers=workers, generator=generator)
        numbers: Any = []
        for _, y in itertools.chain(loader, loader):
            numbers += y.tolist() if batch_size else [y]
            tenet.rand(2, generator=generator)
        return numbers, stream.get_state().tolist()

    for generator, batch_size in itertools.product([None, tenet.Generator()], [4, None]):
        numbers, state = order(0, generator, batch_size)
        assert sorted(numbers[:20]) == sorted(numbers[20:]) == list(range(20))
        assert numbers[:20] != list(range(20)) and numbers[:20] != numbers[20:]
        assert all(order(workers, generator, batch_size) == (numbers, state) for workers in WORKERS)


@pytest.mark.parametrize("workers", WORKERS)
def test_two_shuffled_loops_at_once(workers: int) -> None:
    """Each is a full epoch of its own; both repeat."""
    def pairs() -> Any:
        tenet.manual_seed(5)
        loader = DataLoader(range(30), None, shuffle=True, num_workers=workers)
        return list(zip(loader, loader, strict=True))

    first, second = zip(*pairs())
    assert sorted(first) == sorted(second) == list(range(30)) and first != second
    assert pairs() == list(zip(first, second))


@pytest.mark.parametrize("workers", WORKERS)
def test_exceptions_arrive_whole_at_their_batch(workers: int) -> None:
    loader = DataLoader(Numbers(9, fail_at=4), 2, num_workers=workers)
    seen = []
    with pytest.raises(Custom) as caught:
        for _, y in loader:
            seen.append(y.tolist())
    assert seen == [[0, 1], [2, 3]] and caught.value.args == ("example", 4)
    assert any(entry.name == "__getitem__" for entry in caught.traceback)
    loader.dataset.fail_at = None
    assert len(labels(loader)) == 5

    def collate(batch: Any) -> None:
        raise Custom("collate")

    with pytest.raises(Custom, match="collate"):
        next(iter(DataLoader(Numbers(3), 2, num_workers=workers, collate_fn=collate)))

    class Order:
        def __iter__(self) -> Any:
            yield from (0, 1)
            raise Custom("sampler")

    loader = DataLoader(Numbers(3), 1, sampler=Order(), num_workers=workers)
    for _ in range(2):
        seen = []
        with pytest.raises(Custom, match="sampler") as caught:
            for _, y in loader:
                seen += y.tolist()
        assert seen == [0, 1] and any(entry.locals.get("self") is loader.sampler for entry in caught.traceback)


@pytest.mark.parametrize("workers", WORKERS)
def test_an_exception_ends_the_loop(workers: int) -> None:
    """Without workers too, so that the number of workers changes nothing."""
    loop = iter(DataLoader(Numbers(9, fail_at=1), 1, num_workers=workers))
    next(loop)
    with pytest.raises(Custom):
        next(loop)
    assert list(loop) == []


@pytest.mark.parametrize("error", [StopIteration, KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("workers", WORKERS)
def test_exceptions_that_python_uses_itself(workers: int, error: type[BaseException]) -> None:
    """They arrive too. StopIteration would end the loop without a word, so it is the cause of a RuntimeError."""
    class Raises(Numbers):
        def __getitem__(self, i: int) -> Any:
            if i == 2:
                raise error("example")
            return i

    seen = []
    with pytest.raises(RuntimeError if error is StopIteration else error) as caught:
        for y in DataLoader(Raises(5), 1, num_workers=workers):
            seen += y.tolist()
    assert seen == [0, 1] and isinstance(caught.value.__cause__ if error is StopIteration else caught.value, error)


class Counted(Dataset[Any]):
    """Counts who is asked; waits at an example until it may go on."""

    def __init__(self, n: int, wait_at: Any = None) -> None:
        self.n, self.wait_at = n, wait_at
        self.asked: list[int] = []
        self.waiting, self.go = threading.Event(), threading.Event()

    def __getitem__(self, i: int) -> Any:
        self.asked.append(i)
        if i == self.wait_at:
            self.waiting.set()
            assert self.go.wait(20)
        return i

    def __len__(self) -> int:
        return self.n


@pytest.mark.parametrize("workers, factor", [(1, 1), (1, 3), (2, None), (3, 2)])
def test_batches_are_made_ahead_and_no_further(workers: int, factor: Any) -> None:
    """While the program has the first batch, workers * prefetch_factor more are made."""
    ahead = workers * (factor or 2)
    data = Counted(50)
    loop = iter(DataLoader(data, 1, num_workers=workers, prefetch_factor=factor))
    for taken in (1, 2):
        next(loop)
        deadline = time.monotonic() + 20
        while len(data.asked) < ahead + taken and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.01)  # in which one too many would show
        assert sorted(data.asked) == list(range(ahead + taken))


def leave_by_break(loader: Any) -> None:
    for _ in loader:
        assert loader.dataset.waiting.wait(20)
        break


def leave_by_exception(loader: Any) -> None:
    with pytest.raises(Custom):
        for _ in loader:
            assert loader.dataset.waiting.wait(20)
            raise Custom("loop")


def leave_by_forgetting(loader: Any) -> None:
    loop = iter(loader)
    next(loop)
    assert loader.dataset.waiting.wait(20)
    del loop


@pytest.mark.parametrize("leave", [leave_by_break, leave_by_exception, leave_by_forgetting])
def test_leaving_early_stops_the_workers(leave: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What had not begun does not begin: example 1 goes on when the pool has been told to stop, and is the last."""
    data = Counted(1000, wait_at=1)

    class Pool(ThreadPoolExecutor):
        def shutdown(self, *args: Any, **kwargs: Any) -> None:
            super().shutdown(*args, **kwargs)
            data.go.set()

    monkeypatch.setattr(sys.modules[DataLoader.__module__], "ThreadPoolExecutor", Pool)
    before = set(threading.enumerate())
    leave(DataLoader(data, 1, num_workers=1, prefetch_factor=8))
    assert data.asked == [0, 1] and set(threading.enumerate()) == before


@pytest.fixture
def no_collector() -> Any:
    gc.disable()
    yield
    gc.enable()


def test_a_loop_that_the_collector_ends_on_a_worker(monkeypatch: pytest.MonkeyPatch, no_collector: Any) -> None:
    """The worker cannot wait for itself; nothing is reported, and it ends."""
    reports: Any = []
    monkeypatch.setattr(sys, "unraisablehook", reports.append)

    class Collects(Counted):
        def __getitem__(self, i: int) -> Any:
            example = super().__getitem__(i)
            if i == 1:
                gc.collect()
            return example

    data = Collects(100, wait_at=1)
    loop = iter(DataLoader(data, 1, num_workers=1))
    next(loop)
    cycle: list[Any] = [loop]
    cycle.append(cycle)
    del cycle, loop
    workers = live_workers()
    data.go.set()
    for thread in workers:
        thread.join(20)
    assert len(workers) == 1 and not workers[0].is_alive() and reports == [] and len(data.asked) <= 2


def test_a_timeout() -> None:
    data = Counted(3, wait_at=0)
    loop = iter(DataLoader(data, 1, num_workers=1, timeout=0.05))
    with pytest.raises(tenet.Error, match="DataLoader: a batch took more than timeout=0.05 seconds. Give it more"):
        next(loop)
    assert len(live_workers()) == 1  # the error did not wait for it
    data.go.set()
    for thread in live_workers():
        thread.join(20)
    assert [b.tolist() for b in DataLoader(data, 2, num_workers=2, timeout=20)] == [[0, 1], [2]]


def test_workers_record_where_the_loop_does() -> None:
    """No gradient is dropped without a word: what is recorded on a worker is refused here."""
    class Scaled(Numbers):
        weight = tenet.ones(1, requires_grad=True)

        def __getitem__(self, i: int) -> Any:
            return i * self.weight

    for workers in WORKERS:
        assert next(iter(DataLoader(Scaled(2), 2, num_workers=workers))).requires_grad
        with tenet.no_grad():
            assert not next(iter(DataLoader(Scaled(2), 2, num_workers=workers))).requires_grad
    (batch,) = DataLoader(Scaled(3), 3)
    batch.sum().backward()
    assert Scaled.weight.grad.tolist() == [3]
    (batch,) = DataLoader(Scaled(3), 3, num_workers=2)
    assert batch.detach().sum().item() == 3
    with pytest.raises(tenet.GradientError, match="was computed in another thread"):
        batch.sum()


@pytest.mark.parametrize("workers", WORKERS)
def test_two_loops_at_once(workers: int) -> None:
    loader = DataLoader(Numbers(4), 2, num_workers=workers)
    pairs = [(a.tolist(), b.tolist()) for (_, a), (_, b) in zip(loader, loader)]
    assert pairs == [([0, 1], [0, 1]), ([2, 3], [2, 3])]


def worker_info() -> Any:
    """Of a thread that is a worker."""
    return get_worker_info()


def test_worker_info_and_init() -> None:
    assert get_worker_info() is None
    begun: Any = []

    class Asks(Numbers):
        def __getitem__(self, i: int) -> Any:
            info = worker_info()
            assert info.num_workers == 2 and info.dataset is self and info.id in (0, 1)
            return i

    list(DataLoader(Asks(8), 2, num_workers=2, worker_init_fn=begun.append))
    assert sorted(begun) == [0, 1] and get_worker_info() is None

    def fail(worker: Any) -> None:
        if worker_info().id == 1:
            raise Custom("init", worker)

    loader = DataLoader(Numbers(4), 1, num_workers=2, worker_init_fn=fail)
    loop = iter(loader)
    assert next(loop)[1].tolist() == [0]
    with pytest.raises(Custom) as caught:
        next(loop)
    assert caught.value.args == ("init", 1)
    loader.worker_init_fn = None
    assert len(labels(loader)) == 4


def test_what_workers_draw_by_their_seeds_repeats() -> None:
    """Worker i makes batches i, i + n, ..., however long each takes."""
    class Noise(Numbers):
        own = threading.local()

        def __getitem__(self, i: int) -> Any:
            if not hasattr(self.own, "generator"):
                self.own.generator = tenet.Generator(seed=worker_info().seed)
            return tenet.rand(2, generator=self.own.generator)

    def epoch() -> Any:
        tenet.manual_seed(1)
        return [b.tolist() for b in DataLoader(Noise(20), 3, num_workers=3)]

    first = epoch()
    assert all(epoch() == first for _ in range(5)) and len({tuple(row) for batch in first for row in batch}) == 20


def test_a_tensor_dataset_is_read_by_the_batch() -> None:
    data = TensorDataset(tenet.randn(10, 2, 3), tenet.arange(10))
    fast = list(DataLoader(data, 4))
    examples = list(DataLoader(data, 4, collate_fn=lambda examples: examples))
    assert [type(x) for x in examples] == [list] * 3 and [len(x) for x in examples] == [4, 4, 2]
    slow = list(DataLoader(data, 4, collate_fn=lambda examples: [tenet.stack(column) for column in zip(*examples)]))
    assert len(fast) == 3 and all(tenet.equal(a, b) for x, y in zip(fast, slow) for a, b in zip(x, y))


def test_getitems_is_asked_for_whole_batches() -> None:
    class Batched(Numbers):
        def __getitems__(self, numbers: Any) -> Any:
            return [n * 10 for n in numbers]

    assert [y.tolist() for y in DataLoader(Batched(4), 3)] == [[0, 10, 20], [30]]


def test_without_batches() -> None:
    assert [y for _, y in DataLoader(Numbers(3), None)] == [0, 1, 2]
    assert [y.tolist() for _, y in DataLoader(Numbers(4), batch_sampler=[[3, 1], [0]])] == [[3, 1], [0]]
    assert len(DataLoader(Numbers(4), batch_sampler=[[3, 1], [0]])) == 2


@pytest.mark.parametrize("workers", WORKERS)
def test_streams(workers: int) -> None:
    assert [b.tolist() for b in DataLoader(Stream(), 2, num_workers=workers)] == [[0, 1], [2, 3], [4]]
    assert [b.tolist() for b in DataLoader(Stream(), 2, drop_last=True)] == [[0, 1], [2, 3]]
    assert list(DataLoader(Stream(), None, num_workers=workers)) == [0, 1, 2, 3, 4]
    assert len(DataLoader(Stream(), 2)) == 3
    endless = DataLoader(Endless(), 3, num_workers=workers)
    assert [b.tolist() for b, _ in zip(endless, range(2))] == [[0, 1, 2], [3, 4, 5]]


class Endless(IterableDataset[Any]):
    """Each worker reads its share of 0, 1, 2, ..., as PyTorch's users write it."""

    def __iter__(self) -> Any:
        info = worker_info()
        return itertools.count() if info is None else itertools.count(info.id, info.num_workers)


@pytest.mark.parametrize("workers", WORKERS)
def test_exceptions_of_a_stream(workers: int) -> None:
    class Fails(IterableDataset[Any]):
        def __iter__(self) -> Any:
            yield from (0, 1)
            raise Custom("stream")

    seen = []
    with pytest.raises(Custom, match="stream"):
        for batch in DataLoader(Fails(), 1, num_workers=workers):
            seen += batch.tolist()
    assert seen == [0, 1]


def test_a_stream_is_read_ahead_and_closed_when_left() -> None:
    events, waiting, go = [], threading.Event(), threading.Event()

    class Watched(IterableDataset[Any]):
        def __iter__(self) -> Any:
            try:
                for i in itertools.count():
                    events.append(i)
                    if i == 4:
                        waiting.set()
                        assert go.wait(20)
                    yield i
            finally:
                events.append("closed")  # type: ignore[arg-type]

    loop: Any = iter(DataLoader(Watched(), 1, num_workers=2))
    next(loop)
    assert waiting.wait(20)
    go.set()
    loop.close()
    assert events == [0, 1, 2, 3, 4, "closed"]


@pytest.mark.parametrize("options, text", [
    ({"batch_size": 0}, "batch_size=0 must be 1 or more"), ({"num_workers": -1}, "num_workers=-1 must be 0 or more"),
    ({"shuffle": True, "sampler": [1]}, "sampler and shuffle exclude each other"),
    ({"batch_sampler": [[1]], "batch_size": 2}, "batch_sampler excludes batch_size"),
    ({"batch_size": None, "drop_last": True}, "drop_last has no meaning"),
    ({"prefetch_factor": 0}, "prefetch_factor=0"),
    ({"batch_size": True}, "batch_size=True must be 1 or more"),
    ({"timeout": -1}, "timeout=-1 must be 0 or more seconds"),
])
def test_options_without_meaning(options: Any, text: str) -> None:
    with pytest.raises(tenet.ValueError, match=f"DataLoader: {text}"):
        DataLoader(Numbers(3), **options)
    with pytest.raises(tenet.ValueError, match="DataLoader: an IterableDataset has its own order"):
        DataLoader(Stream(), shuffle=True)


def test_what_a_loader_says_of_itself() -> None:
    loader = DataLoader(range(4))
    assert loader.prefetch_factor is None and DataLoader(range(4), num_workers=1).prefetch_factor == 2
    assert (loader.pin_memory, loader.persistent_workers, loader.pin_memory_device, loader.in_order) == (False, False, "", True)
    loader.num_workers = 1
    assert [x.tolist() for x in loader] == [[0], [1], [2], [3]]
    with pytest.raises(tenet.ValueError, match="batch_size attribute should not be set after DataLoader is initialized"):
        loader.batch_size = 2
    for option in ({"prefetch_factor": 2}, {"persistent_workers": True}):
        with pytest.raises(tenet.ValueError, match="prefetch_factor and persistent_workers are for workers"):
            DataLoader(range(4), **option)


def test_pytorchs_paths() -> None:
    from tenet.utils.data import _utils, dataloader

    assert dataloader.DataLoader is DataLoader and dataloader.default_collate is _utils.collate.default_collate


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loop_is_as_long_as_its_loader(workers: int) -> None:
    loop = iter(DataLoader([1, 2, 3], batch_size=2, num_workers=workers))
    assert len(loop) == 2 and iter(loop) is loop and [x.tolist() for x in loop] == [[1, 2], [3]]  # type: ignore[arg-type]
