"""PyTorch's path to what makes batches."""
from tenet.utils.data import collate as collate
