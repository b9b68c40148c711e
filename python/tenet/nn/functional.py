"""The functions behind the modules."""
from tenet import _C
from tenet._C import sigmoid, tanh  # noqa: F401
from tenet._C.functional import *  # noqa: F403


def relu(input, inplace=False):
    """max(input, 0)."""
    return input.relu_() if inplace else _C.relu(input)


def relu_(input):
    """max(input, 0), written into the input."""
    return input.relu_()
