"""Tensors that belong to a module."""
from tenet import _C
from tenet._C import Tensor


class Parameter(Tensor):
    """A tensor that a module trains: assigned to an attribute of a module, it is one of its parameters()."""

    def __new__(cls, data=None, requires_grad=True):
        return _C.make_subclass(cls, _C.empty(0) if data is None else data, requires_grad)

    def __reduce_ex__(self, protocol):
        return _rebuild, (type(self), self.detach(), self.requires_grad), self.__dict__ or None


class Buffer(Tensor):
    """A tensor that is saved with its module but not trained. Unless persistent, it is not in the state_dict."""

    def __new__(cls, data=None, *, persistent=True):
        self = _C.make_subclass(cls, _C.empty(0) if data is None else data, False)
        self.persistent = persistent
        return self

    __reduce_ex__ = Parameter.__reduce_ex__


def _rebuild(cls, data, requires_grad):
    return _C.make_subclass(cls, data, requires_grad)
