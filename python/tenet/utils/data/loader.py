"""A dataset in batches."""
import collections
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

from tenet import _C
from tenet.utils.data.collate import default_collate, default_convert
from tenet.utils.data.dataset import IterableDataset, Rows, fetch
from tenet.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler

WorkerInfo = collections.namedtuple("WorkerInfo", ["id", "num_workers", "seed", "dataset"])
_this_thread = threading.local()


def get_worker_info():
    """Which worker this thread is, None in the program's own: its id, num_workers, seed and dataset."""
    return getattr(_this_thread, "info", None)


class DataLoader:
    """A dataset in batches: each loop over it is one epoch.

    The order is that of `sampler` or `batch_sampler`, else 0, 1, 2, ..., with shuffle a new random one for each epoch.
    batch_size=None gives single examples. collate_fn makes a batch of a list of examples. num_workers threads make
    batches ahead of their use, at most prefetch_factor each; the batches are the same and come in the same order. What
    dataset and collate_fn raise arrives in the loop, at its batch. An IterableDataset is read by one thread. pin_memory,
    timeout, multiprocessing_context and persistent_workers are PyTorch's and have no effect: workers are threads.
    """

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0,
                 collate_fn=None, pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None,
                 multiprocessing_context=None, generator=None, *, prefetch_factor=None, persistent_workers=False,
                 pin_memory_device="", in_order=True):
        self.dataset, self.num_workers, self.worker_init_fn = dataset, num_workers, worker_init_fn
        self.prefetch_factor = 2 if prefetch_factor is None else prefetch_factor
        self.generator = generator
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
        self.collate_fn = collate_fn or (default_collate if self._batched else default_convert)

    def _check(self, shuffle, sampler, batch_sampler, batch_size, drop_last):
        def refuse(rule):
            raise _C.ValueError(f"DataLoader: {rule}")

        if self.num_workers < 0:
            refuse(f"num_workers={self.num_workers} must be 0 or more.")
        if self.prefetch_factor < 1:
            refuse(f"prefetch_factor={self.prefetch_factor} must be 1 or more.")
        if self._iterable and (shuffle or sampler is not None or batch_sampler is not None):
            refuse("an IterableDataset has its own order. Leave shuffle, sampler and batch_sampler out.")
        if sampler is not None and shuffle:
            refuse("sampler and shuffle exclude each other. Leave one out.")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            refuse("batch_sampler excludes batch_size, shuffle, sampler and drop_last. Leave them out.")
        if batch_size is None and drop_last:
            refuse("drop_last has no meaning without a batch_size.")
        if batch_size is not None and (not isinstance(batch_size, int) or batch_size < 1):
            refuse(f"batch_size={batch_size} must be 1 or more, or None for single examples.")

    def __len__(self):
        """Batches in an epoch."""
        if not self._iterable:
            return len(self.batch_sampler if self.batch_sampler is not None else self.sampler)
        n = len(self.dataset)
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        if self._iterable:
            return _stream(self)
        keys = iter(self.batch_sampler if self.batch_sampler is not None else self.sampler)
        if self.num_workers == 0:
            return map(self._fetch, keys)
        return _Workers(self, keys).batches()

    def _fetch(self, key):
        """The batch of a list of numbers, or the example of one."""
        if not self._batched:
            return self.collate_fn(self.dataset[key])
        examples = fetch(self.dataset, key)
        if isinstance(examples, Rows) and self.collate_fn is not default_collate:
            examples = list(examples)
        return self.collate_fn(examples)


def _stream(loader):
    """The batches of an IterableDataset."""
    examples = iter(loader.dataset)
    if loader.batch_size is None:
        yield from map(loader.collate_fn, examples)
        return
    while batch := list(itertools.islice(examples, loader.batch_size)):
        if len(batch) == loader.batch_size or not loader.drop_last:
            yield loader.collate_fn(batch)


class _Workers:
    """Threads that make the batches of one epoch ahead of their use."""

    def __init__(self, loader, keys):
        self.loader, self.keys = loader, keys
        self.seed = _C.randint(0, 1 << 62, (1,), generator=loader.generator).item()
        self.numbers = itertools.count()

    def begin(self):
        """In a new thread."""
        number, loader = next(self.numbers), self.loader
        _this_thread.info = WorkerInfo(number, loader.num_workers, self.seed + number, loader.dataset)
        if loader.worker_init_fn is not None:
            loader.worker_init_fn(number)

    def batches(self):
        """In order; leaving early drops what has not begun and waits for what has."""
        loader = self.loader
        pool = ThreadPoolExecutor(loader.num_workers, "tenet-data", self._guarded_begin)
        coming = collections.deque()
        try:
            for key in self.keys:
                coming.append(pool.submit(self._make, key))
                if len(coming) >= loader.num_workers * loader.prefetch_factor:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _guarded_begin(self):
        """What worker_init_fn raises arrives with the first batch: a pool would hide it."""
        _this_thread.error = None
        try:
            self.begin()
        except Exception as error:
            _this_thread.error = error

    def _make(self, key):
        if _this_thread.error is not None:
            raise _this_thread.error
        return self.loader._fetch(key)
