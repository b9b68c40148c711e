"""Tools for tests: gradients, adjoints and closeness as assertions.

`tenet.testing.strategies` draws tensors, shapes and convolutions for Hypothesis; the pytest plugin of
`tenet.testing.plugin` gives options that choose type and device.
"""
from tenet.testing.close import assert_close
from tenet.testing.gradients import assert_adjoint, assert_gradients

__all__ = ["assert_adjoint", "assert_close", "assert_gradients"]
