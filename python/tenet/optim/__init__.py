"""Optimisers: the steps of the C++ library behind PyTorch's interface."""
from tenet.optim.adam import Adam, AdamW
from tenet.optim.optimizer import Optimizer
from tenet.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]
