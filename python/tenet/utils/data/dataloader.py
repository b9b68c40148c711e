"""A dataset in batches."""
from __future__ import annotations

import collections
import functools
import itertools
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Generic

from tenet import _C
from tenet.autograd import set_grad_enabled
from tenet.utils.data.collate import default_collate as default_collate, default_convert as default_convert
from tenet.utils.data.dataset import Dataset, IterableDataset, Rows, fetch
from tenet.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler, T_co, draw_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing_extensions import Self

    from tenet._C import Generator

WorkerInfo = collections.namedtuple("WorkerInfo", ["id", "num_workers", "seed", "dataset"])
_this_thread = threading.local()
_END = object()
_FIXED = ("dataset", "batch_size", "sampler", "batch_sampler", "drop_last", "persistent_workers")


def get_worker_info() -> WorkerInfo | None:
    """Which worker this thread is: its id, num_workers, seed and dataset; None in the program's own threads. All
    workers draw from one default generator, in an order that depends on timing: a dataset whose numbers shall be
    repeatable draws them from a Generator of its worker's seed."""
    return getattr(_this_thread, "info", None)


class DataLoader(Generic[T_co]):
    """A dataset in batches: each loop over it is one epoch.

    The order is that of `sampler` or `batch_sampler`, else 0, 1, 2, ..., with shuffle a new random one for each epoch.
    batch_size=None gives single examples. collate_fn makes a batch of a list of examples.

    num_workers threads make batches ahead of their use, at most prefetch_factor (2) each; the batches are the same and
    come in the same order as without. An IterableDataset is read by one of them, who is worker 0 of 1. What dataset,
    collate_fn, worker_init_fn and samplers raise arrives at its batch and ends the loop. With a timeout in seconds, a
    batch that takes longer raises Error. The threads end with the loop, however it is left; it waits for the batches
    being made. What a worker computed from tensors that require grad is recorded on its thread, and only num_workers=0
    gives it gradients.

    A loop draws one number from `generator` or the default one, for the workers' seeds, and shuffle draws one more,
    whatever num_workers is. pin_memory, multiprocessing_context, persistent_workers and in_order are PyTorch's and have
    no effect: workers are threads.
    """

    def __init__(self, dataset: Dataset[T_co] | Sequence[T_co], batch_size: int | None = 1, shuffle: bool | None = None,
                 sampler: Any = None, batch_sampler: Any = None, num_workers: int = 0,
                 collate_fn: Callable[[list[Any]], Any] | None = None, pin_memory: bool = False,
                 drop_last: bool = False, timeout: float = 0, worker_init_fn: Callable[[int], Any] | None = None,
                 multiprocessing_context: object | None = None, generator: Generator | None = None, *,
                 prefetch_factor: int | None = None, persistent_workers: bool = False, pin_memory_device: str = "",
                 in_order: bool = True) -> None:
        self.dataset: Any = dataset
        self.num_workers, self.worker_init_fn = num_workers, worker_init_fn
        self.prefetch_factor = 2 if prefetch_factor is None and num_workers > 0 else prefetch_factor
        self.timeout, self.generator = timeout, generator
        self.pin_memory, self.pin_memory_device, self.in_order = pin_memory, pin_memory_device, in_order
        self.persistent_workers, self.multiprocessing_context = persistent_workers, multiprocessing_context
        self._iterable = isinstance(dataset, IterableDataset)
        self._check(shuffle, sampler, batch_sampler, batch_size, drop_last)
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        elif sampler is None and not self._iterable:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        self.batch_size, self.drop_last, self.sampler = batch_size, drop_last, sampler
        if batch_sampler is None and batch_size is not None and not self._iterable:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_sampler = batch_sampler
        self._batched = batch_sampler is not None or (self._iterable and batch_size is not None)
        if collate_fn is None:
            collate_fn = default_collate if self._batched else default_convert
        self.collate_fn = collate_fn
        self._made = True

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and "_made" in self.__dict__:
            raise _C.ValueError(f"DataLoader: {name} attribute should not be set after DataLoader is initialized. Make a new "
                                "one.")
        super().__setattr__(name, value)

    def _check(self, shuffle: Any, sampler: Any, batch_sampler: Any, batch_size: Any, drop_last: bool) -> None:
        def refuse(rule: str) -> None:
            raise _C.ValueError(f"DataLoader: {rule}")

        if self.num_workers < 0:
            refuse(f"num_workers={self.num_workers} must be 0 or more.")
        if self.prefetch_factor is not None and self.prefetch_factor < 1:
            refuse(f"prefetch_factor={self.prefetch_factor} must be 1 or more.")
        if self.num_workers == 0 and (self.prefetch_factor is not None or self.persistent_workers):
            refuse("prefetch_factor and persistent_workers are for workers. Leave them out, or give num_workers.")
        if self.timeout < 0:
            refuse(f"timeout={self.timeout} must be 0 or more seconds. 0 waits as long as it takes.")
        if self._iterable and (shuffle or sampler is not None or batch_sampler is not None):
            refuse("an IterableDataset has its own order. Leave shuffle, sampler and batch_sampler out.")
        if sampler is not None and shuffle:
            refuse("sampler and shuffle exclude each other. Leave one out.")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            refuse("batch_sampler excludes batch_size, shuffle, sampler and drop_last. Leave them out.")
        if batch_size is None and drop_last:
            refuse("drop_last has no meaning without a batch_size.")
        if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
            refuse(f"batch_size={batch_size} must be 1 or more, or None for single examples.")

    def __len__(self) -> int:
        """Batches in an epoch."""
        if not self._iterable:
            return len(self.batch_sampler if self.batch_sampler is not None else self.sampler)
        n = len(self.dataset)
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        seed = draw_seed(self.generator)  # without workers too: the order must not depend on their number
        if self._iterable:
            batches = _stream(self)
            jobs: Iterator[Any] = itertools.repeat(functools.partial(next, batches, _END))
        else:
            keys = iter(self.batch_sampler if self.batch_sampler is not None else self.sampler)
            batches = (self._fetch(key) for key in keys)
            jobs = (functools.partial(self._fetch, key) for key in keys)
        return _Epoch(self, _Workers(self, seed).batches(jobs) if self.num_workers else batches)

    def _fetch(self, key: Any) -> Any:
        """The batch of a list of numbers, or the example of one."""
        if not self._batched:
            return self.collate_fn(self.dataset[key])
        examples = fetch(self.dataset, key)
        if isinstance(examples, Rows) and self.collate_fn is not default_collate:
            examples = list(examples)
        return self.collate_fn(examples)


class _Epoch:
    """One loop over a loader, as long as the loader."""

    def __init__(self, loader: DataLoader[Any], batches: Any) -> None:
        self._loader, self._batches = loader, batches

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return next(self._batches)

    def __len__(self) -> int:
        return len(self._loader)

    def close(self) -> None:
        """Ends the loop, and with it the threads."""
        self._batches.close()


def _stream(loader: DataLoader[Any]) -> Iterator[Any]:
    """The batches of an IterableDataset."""
    examples = iter(loader.dataset)
    if loader.batch_size is None:
        yield from map(loader.collate_fn, examples)
        return
    while batch := list(itertools.islice(examples, loader.batch_size)):
        if len(batch) == loader.batch_size or not loader.drop_last:
            yield loader.collate_fn(batch)


class _Workers:
    """The threads of one epoch. They take turns, so that which of them makes a batch, and with it what is drawn by the
    worker's seed, does not depend on timing."""

    def __init__(self, loader: DataLoader[Any], seed: int) -> None:
        self.loader, self.seed = loader, seed
        self.ahead = loader.num_workers * (loader.prefetch_factor or 2)
        self.count = 1 if loader._iterable else loader.num_workers  # a stream has one reader
        self.join = True

    def batches(self, jobs: Iterator[Any]) -> Iterator[Any]:
        """What the jobs return, in order, until one returns _END."""
        pools = [ThreadPoolExecutor(1, f"tenet-data-{i}") for i in range(self.count)]
        futures = self._submitted(jobs, pools)
        coming: collections.deque[Future[Any]] = collections.deque()
        try:
            while True:
                coming.extend(itertools.islice(futures, self.ahead + 1 - len(coming)))
                if not coming or (batch := self._result(coming.popleft())) is _END:
                    return
                yield batch
        finally:
            for pool in pools:
                pool.shutdown(wait=False, cancel_futures=True)
            # The collector may run this on a worker, which cannot wait for itself.
            if self.join and getattr(_this_thread, "workers", None) is not self:
                for pool in pools:
                    pool.shutdown()

    def _submitted(self, jobs: Iterator[Any], pools: Any) -> Iterator[Any]:
        """The futures of the jobs; what a sampler raises comes after the batches before it."""
        records = _C.is_grad_enabled()
        try:
            for worker, job in zip(itertools.cycle(range(self.count)), jobs):
                yield pools[worker].submit(self._run, worker, records, job)
        except Exception as error:
            failed: Future[Any] = Future()
            failed.set_exception(error)
            yield failed

    def _run(self, worker: int, records: bool, job: Callable[[], Any]) -> Any:
        """On a worker's thread, which begins with its first job."""
        with set_grad_enabled(records):
            if getattr(_this_thread, "workers", None) is None:
                self._begin(worker)
            return job()

    def _begin(self, worker: int) -> None:
        loader = self.loader
        _this_thread.workers = self
        _this_thread.info = WorkerInfo(worker, self.count, self.seed + worker, loader.dataset)
        if loader.worker_init_fn is not None:
            loader.worker_init_fn(worker)

    def _result(self, future: Any) -> Any:
        if self.loader.timeout and not wait([future], self.loader.timeout).done:
            self.join = False
            raise _C.Error(f"DataLoader: a batch took more than timeout={self.loader.timeout} seconds. Give it more "
                           "time, or look for what the dataset waits for.")
        return future.result()
