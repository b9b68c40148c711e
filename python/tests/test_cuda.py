"""Tensors on cards. What needs one is skipped, with the reason, where there is none."""
from __future__ import annotations

import copy
import pathlib
import pickle
from typing import Any

import pytest

import tenet
from tenet import nn

on_a_card = pytest.mark.skipif(not tenet.cuda.is_available(), reason=tenet.cuda.reason())


def test_a_device_has_a_name() -> None:
    assert str(tenet.device("cuda")) == "cuda:0" and str(tenet.device("cuda", 1)) == "cuda:1"
    assert repr(tenet.device("cuda:1")) == "device(type='cuda', index=1)" and repr(tenet.device("cpu")) == "device(type='cpu')"
    assert tenet.device("cuda").type == "cuda" and tenet.device("cuda").index == 0 and tenet.device("cuda") == tenet.device("cuda:0")
    with pytest.raises(ValueError, match='"gpu" names no device. Use "cpu", "cuda", or "cuda:1"'):
        tenet.device("gpu")


@pytest.mark.skipif(tenet.cuda.is_available(), reason="there is a card")
def test_without_a_card_everything_says_why() -> None:
    assert tenet.cuda.device_count() == 0 and tenet.cuda.reason()
    calls: list[Any] = [lambda: tenet.ones(2, device="cuda"), lambda: tenet.ones(2).cuda(), lambda: tenet.ones(2).to("cuda:0"),
                        lambda: nn.Linear(2, 2).cuda(), tenet.cuda.current_device, tenet.cuda.get_device_name, tenet.cuda.synchronize,
                        tenet.cuda.mem_get_info]
    for call in calls:
        with pytest.raises(tenet.DeviceError):
            call()
    assert tenet.cuda.memory_allocated() == tenet.cuda.max_memory_allocated() == tenet.cuda.memory_reserved() == 0


def test_a_card_is_named_by_number_name_or_device() -> None:
    with pytest.raises(tenet.DeviceError, match='"cpu" is no card'):
        tenet.cuda.synchronize("cpu")


def test_the_cpu_has_no_cuda_array_interface() -> None:
    assert not hasattr(tenet.ones(2), "__cuda_array_interface__")


@on_a_card
def test_what_a_card_is() -> None:
    properties = tenet.cuda.get_device_properties()
    assert properties.name == tenet.cuda.get_device_name("cuda") and properties.name in repr(properties)
    assert (properties.major, properties.minor) == tenet.cuda.get_device_capability(0)
    free, total = tenet.cuda.mem_get_info()
    assert 0 < free <= total == properties.total_memory
    assert tenet.cuda.current_device() == 0


@on_a_card
def test_memory_is_counted() -> None:
    tenet.cuda.reset_peak_memory_stats()
    before = tenet.cuda.memory_allocated()
    x = tenet.ones(1 << 18, device="cuda")
    assert tenet.cuda.memory_allocated() >= before + (1 << 20)
    assert tenet.cuda.max_memory_allocated() >= tenet.cuda.memory_allocated() <= tenet.cuda.memory_reserved()
    del x
    tenet.cuda.empty_cache()
    assert tenet.cuda.memory_allocated() == before


@on_a_card
def test_factories_and_conversions() -> None:
    made = [tenet.tensor([1.0, 2.0], device="cuda"), tenet.as_tensor([1.0], device="cuda"), tenet.zeros(2, device="cuda"),
            tenet.rand(2, device="cuda"), tenet.randint(0, 3, (2,), device="cuda"), tenet.arange(3, device="cuda"),
            tenet.eye(2, device="cuda"), tenet.ones(2).cuda(), tenet.ones(2).cuda("cuda:0"), tenet.ones(2).to("cuda", tenet.float64)]
    like = [f(made[0]) for f in (tenet.zeros_like, tenet.rand_like, tenet.randn_like)] + [made[0].new_tensor([3.0]), made[0].new_zeros(2)]
    assert all(x.is_cuda and str(x.device) == "cuda:0" for x in made + like)
    assert tenet.tensor(made[0]).is_cuda and made[0].cpu().device == tenet.device("cpu")


@on_a_card
def test_elements_come_to_python() -> None:
    x = tenet.arange(6.0, device="cuda").reshape(2, 3)
    assert x.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]] and x.T.tolist() == [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    assert x[1, 2].item() == 5.0 and float(x[1, 1]) == 4.0 and int(x[0, 2]) == 2 and bool(x[0, 1]) and f"{x[0, 1]:.1f}" == "1.0"
    assert "device" in repr(x) and "4." in repr(x) and x.sum().item() == 15.0 and list(x[0])[1].item() == 1.0
    assert x._repr_html_()
    x[0, 0] = 7
    x[:, 1] += 1
    assert x.tolist() == [[7.0, 2.0, 2.0], [3.0, 5.0, 5.0]] and x[x > 4].tolist() == [7.0, 5.0, 5.0]


@on_a_card
def test_numpy_is_on_the_cpu() -> None:
    numpy = pytest.importorskip("numpy")
    x = tenet.ones(2, device="cuda")
    calls: list[Any] = [x.numpy, lambda: numpy.asarray(x)]
    for call in calls:
        with pytest.raises(tenet.DeviceError, match="this tensor is on cuda:0, and an array is on the CPU. Use x.cpu"):
            call()
    with pytest.raises(BufferError, match="on cuda:0"):
        memoryview(x)
    assert x.cpu().numpy().tolist() == [1.0, 1.0]


@on_a_card
def test_copies_and_pickles_stay_there() -> None:
    x = tenet.tensor([1.0, 2.0], device="cuda", requires_grad=True)
    for y in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.is_cuda and y.requires_grad and y.tolist() == [1.0, 2.0]


@on_a_card
def test_two_devices_are_refused_by_name() -> None:
    with pytest.raises(tenet.DeviceError, match="cuda:0.*cpu|cpu.*cuda:0"):
        tenet.ones(2, device="cuda") + tenet.ones(2)


@on_a_card
def test_a_network_trains_there_as_here() -> None:
    tenet.manual_seed(3)
    here = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    there = copy.deepcopy(here).cuda()
    assert all(p.is_cuda and p.requires_grad for p in there.parameters())
    x, y = tenet.rand(4, 1, 4, 4), tenet.tensor([0, 1, 0, 1])
    for net, device in ((here, "cpu"), (there, "cuda")):
        optimiser = tenet.optim.Adam(net.parameters(), lr=0.1)
        for _ in range(3):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(x.to(device)), y.to(device)).backward()
            optimiser.step()
    for p, q in zip(here.parameters(), there.parameters()):
        tenet.testing.assert_close(q.cpu(), p, rtol=1e-4, atol=1e-5)


@on_a_card
def test_an_optimiser_follows_its_module() -> None:
    net = nn.Linear(2, 1)
    optimiser = tenet.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for device in ("cpu", "cuda", "cpu"):
        net.to(device)
        optimiser.zero_grad()
        net(tenet.ones(1, 2, device=device)).sum().backward()
        optimiser.step()
        assert str(net.weight.device).startswith(device) and net.weight.grad.device == net.weight.device


@on_a_card
def test_files(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x"
    tenet.save({"x": tenet.ones(2, device="cuda"), "n": 1}, path)
    assert not tenet.load(path)["x"].is_cuda and tenet.load(path, map_location="cuda")["x"].is_cuda


@on_a_card
def test_dlpack_between_tensors() -> None:
    x = tenet.arange(6.0, device="cuda").reshape(2, 3).T
    assert x.__dlpack_device__() == (2, 0)
    y = tenet.from_dlpack(x)
    assert y.is_cuda and y.data_ptr() == x.data_ptr() and y.stride() == x.stride() and y.tolist() == x.tolist()
    assert tenet.from_dlpack(x, copy=True).data_ptr() != x.data_ptr()
    assert not tenet.from_dlpack(x, device="cpu").is_cuda and tenet.from_dlpack(x, device="cpu").tolist() == x.tolist()
    with pytest.raises(BufferError, match="on cuda:0 and cannot be given to another device without a copy"):
        x.__dlpack__(dl_device=(1, 0), copy=False)


@on_a_card
def test_the_cuda_array_interface() -> None:
    x = tenet.zeros(2, 3, dtype=tenet.float64, device="cuda").T
    described = x.__cuda_array_interface__
    assert described == {"shape": (3, 2), "typestr": "<f8", "data": (x.data_ptr(), False), "strides": (8, 24), "version": 3}
    with pytest.raises(tenet.GradientError, match="Use x.detach"):
        x.requires_grad_().__cuda_array_interface__


@on_a_card
def test_tensors_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("PyTorch sees no card")
    x = tenet.arange(6.0, device="cuda").reshape(2, 3)
    shared = torch.from_dlpack(x)
    shared[0, 0] = 9
    assert x[0, 0].item() == 9.0 and tenet.from_dlpack(shared.T).tolist() == x.T.tolist()
    assert torch.as_tensor(x, device="cuda").tolist() == x.tolist()


@on_a_card
def test_a_step_recorded_as_a_graph() -> None:
    x = tenet.ones(3, device="cuda")
    graph = tenet.cuda.Graph(lambda: x.add_(1))
    graph.replay()
    assert x.tolist() == [3.0, 3.0, 3.0] and not tenet.cuda.is_capturing()
    with pytest.raises(tenet.DeviceError, match="a graph is being recorded, and a copy between the card and elsewhere"):
        tenet.cuda.Graph(lambda: x.sum().item())
    assert x.tolist() == [3.0, 3.0, 3.0]


def test_a_graph_needs_a_card() -> None:
    with pytest.raises(tenet.DeviceError):
        tenet.cuda.Graph(lambda: None, device=tenet.device("cuda:99"))
