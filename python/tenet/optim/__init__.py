"""Optimisers: the C++ ones behind PyTorch's interface."""
from tenet.optim.adam import Adam
from tenet.optim.optimizer import Optimizer
from tenet.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
