"""What kind of tensor one is."""
import pytest

import tenet


def test_type_by_pytorchs_name() -> None:
    names = {tenet.float32: "torch.FloatTensor", tenet.float64: "torch.DoubleTensor", tenet.int64: "torch.LongTensor",
             tenet.int32: "torch.IntTensor", tenet.uint8: "torch.ByteTensor", tenet.bool: "torch.BoolTensor"}
    x = tenet.ones(2)
    for dtype, name in names.items():
        assert x.type(dtype).type() == name and x.type(name).dtype == dtype and x.type(dtype=dtype, non_blocking=True).dtype == dtype
    assert x.type("torch.FloatTensor") is x and tenet.nn.Parameter(x).type(None) == "torch.FloatTensor"
    with pytest.raises(ValueError, match='type: "torch.Foo" is no type. Use a name such as "torch.FloatTensor", or a dtype'):
        x.type("torch.Foo")


def test_what_tensors_never_are() -> None:
    x = tenet.ones(2)
    assert not (x.is_sparse or x.is_quantized or x.is_meta or x.is_cuda or x.is_complex() or x.is_pinned() or tenet.is_complex(x))
    assert x.is_cpu and x.layout is tenet.strided and x.get_device() == tenet.get_device(x) == -1


def test_signs() -> None:
    assert tenet.ones(1).is_signed() and tenet.is_signed(tenet.tensor(1)) and not tenet.tensor(True).is_signed()
    assert tenet.float32.is_signed and not tenet.uint8.is_signed and not tenet.bool.is_signed and not tenet.float64.is_complex


def test_is_nonzero() -> None:
    assert tenet.ones(1).is_nonzero() and not tenet.zeros(1).is_nonzero()
    with pytest.raises(RuntimeError):
        tenet.ones(2).is_nonzero()


def test_conjugate_transposes_are_transposes() -> None:
    x = tenet.arange(6).view(2, 3)
    assert x.H.equal(x.T) and x.mH.equal(x.mT) and x.view(1, 2, 3).mH.shape == (1, 3, 2) and tenet.tensor(1).H.item() == 1
    with pytest.raises(tenet.ShapeError, match=r"H: needs a matrix, but this tensor has shape \[1, 2, 3\]. Use x.mH"):
        x.view(1, 2, 3).H


def test_numpy_by_force() -> None:
    x = tenet.ones(2, requires_grad=True)
    assert (x * 2).numpy(force=True).tolist() == [2, 2] and x.detach().numpy(force=False).tolist() == [1, 1]
    with pytest.raises(tenet.GradientError):
        x.numpy()


def test_what_types_can_hold_prints() -> None:
    assert repr(tenet.finfo(tenet.float32)) == ("finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, "
                                                "smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)")
    assert repr(tenet.iinfo(tenet.uint8)) == "iinfo(min=0, max=255, dtype=uint8)"
    assert str(tenet.iinfo(tenet.int32)) == "iinfo(min=-2.14748e+09, max=2.14748e+09, dtype=int32)"
