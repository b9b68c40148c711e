"""Datasets, the order in which they are read, and batches."""
from tenet._C import read_idx
from tenet.utils.data.collate import default_collate, default_convert
from tenet.utils.data.dataset import (ChainDataset, ConcatDataset, Dataset, IterableDataset, StackDataset, Subset,
                                      TensorDataset, random_split)
from tenet.utils.data.digits import digits
from tenet.utils.data.dataloader import DataLoader, get_worker_info
from tenet.utils.data.sampler import (BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler,
                                      WeightedRandomSampler)
from tenet.utils.data import _utils as _utils

__all__ = [
    "BatchSampler", "ChainDataset", "ConcatDataset", "DataLoader", "Dataset", "IterableDataset", "RandomSampler", "Sampler",
    "SequentialSampler", "StackDataset", "Subset", "SubsetRandomSampler", "TensorDataset", "WeightedRandomSampler",
    "default_collate", "default_convert", "digits", "get_worker_info", "random_split", "read_idx",
]
