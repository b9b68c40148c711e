"""The layers: what they compute, their options, their errors, how they print."""
import inspect
import warnings
from typing import Any

import numpy as np
import pytest
import tenet
from tenet import nn
from tenet.nn import functional as F
from tenet.testing import assert_close, assert_gradients


@pytest.mark.parametrize("layer, shape", [
    (nn.Linear(3, 2), (4, 3)), (nn.Linear(3, 2, bias=False), (3,)), (nn.Conv1d(2, 4, 3, stride=2, groups=2), (2, 2, 7)),
    (nn.Conv2d(2, 4, (3, 2), padding="same"), (1, 2, 5, 4)), (nn.Conv3d(1, 2, 2), (1, 1, 3, 3, 2)),
    (nn.ConvTranspose1d(2, 3, 3, stride=2, output_padding=1), (1, 2, 4)),
    (nn.ConvTranspose2d(2, 4, 3, 2, padding=((0, 1), (1, 1)), groups=2), (1, 2, 3, 3)),
    (nn.ConvTranspose3d(1, 2, 2), (1, 1, 2, 2, 2)),
    (nn.Sigmoid(), (3,)), (nn.Tanh(), (3,)), (nn.Softmax(-1), (2, 3)), (nn.LogSoftmax(0), (2, 3)),
    (nn.AvgPool2d(2), (1, 1, 4, 4)), (nn.Unfold(2), (1, 2, 3, 3)), (nn.Fold((3, 3), 2), (1, 4, 4)), (nn.ZeroPad2d(1), (1, 1, 2, 2)),
    (nn.Flatten(), (2, 3, 4)), (nn.Unflatten(1, (2, 3)), (2, 6)), (nn.Identity(), (2,)),
])
def test_gradients_of_inputs_and_parameters(layer: Any, shape: tuple[int, ...]) -> None:
    assert_gradients(layer, tenet.randn(shape))


def test_a_convolution_leads_back() -> None:
    for conv, size in [(nn.Conv2d(3, 4, 3, 2, 1), (8, 7)), (nn.Conv1d(2, 2, 5, stride=3), (17,)),
                       (nn.Conv3d(1, 2, 2, stride=2), (5, 4, 3)), (nn.Conv2d(4, 4, 3, padding="same", groups=2), (5, 6))]:
        back = conv.transposed(size)
        x = tenet.randn(1, conv.in_channels, *size)
        assert back(conv(x)).shape == x.shape
        back.weight = conv.weight
        back.bias = conv.bias = None
        y = conv(x)
        dy = tenet.randn(y.shape)
        assert_close((y * dy).sum(), (x * back(dy)).sum(), rtol=1e-4, atol=1e-4)
    with pytest.raises(tenet.ShapeError, match="transposed"):
        nn.Conv2d(1, 1, 3).transposed((2, 2))


def test_output_size() -> None:
    up = nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1)
    x = tenet.randn(1, 1, 4, 4)
    assert up(x).shape == (1, 1, 7, 7) and up(x, output_size=(8, 8)).shape == (1, 1, 8, 8)
    assert up(x, output_size=(1, 1, 8, 7)).shape == (1, 1, 8, 7)


def test_pooling_and_its_partner() -> None:
    pool, unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
    x = tenet.arange(16.0).view(1, 1, 4, 4)
    y, where = pool(x)
    assert y.tolist() == [[[[5, 7], [13, 15]]]] and unpool(y, where).sum().item() == 40
    assert nn.MaxPool2d(3, 1, 1, ceil_mode=True)(x).shape == (1, 1, 4, 4)


def test_losses() -> None:
    x, labels = tenet.randn(4, 3), tenet.tensor([0, 2, 1, 1])
    assert_close(nn.CrossEntropyLoss()(x, labels), nn.NLLLoss()(nn.LogSoftmax(1)(x), labels))
    assert nn.CrossEntropyLoss(reduction="none")(x, labels).shape == (4,)
    assert_close(nn.CrossEntropyLoss(ignore_index=1, reduction="sum")(x, labels), F.cross_entropy(x[:2], labels[:2], reduction="sum"))
    assert nn.MSELoss(reduction="sum")(tenet.ones(2), tenet.zeros(2)).item() == 2
    with pytest.raises(tenet.ValueError, match='reduction "avg" is not there'):
        nn.MSELoss(reduction="avg")(x, x)


def test_losses_weigh_classes() -> None:
    x, labels, weight = tenet.randn(4, 3), tenet.tensor([0, 2, -100, 1]), tenet.tensor([0.5, 1.0, 2.0])
    values = F.nll_loss(x, labels, reduction="none") * tenet.tensor([0.5, 2.0, 0.0, 1.0])
    assert_close(nn.NLLLoss(weight)(x, labels), values.sum() / 3.5)
    assert_close(F.cross_entropy(x, labels, weight), F.nll_loss(F.log_softmax(x, 1), labels, weight))
    loss = nn.CrossEntropyLoss(weight, ignore_index=1, label_smoothing=0.1).double()
    assert list(loss.state_dict()) == ["weight"] and dict(loss.named_buffers())["weight"].dtype == tenet.float64
    assert_close(loss(x.double(), labels.clamp(0)),
                 F.cross_entropy(x.double(), labels.clamp(0), weight.double(), ignore_index=1, label_smoothing=0.1))
    assert nn.CrossEntropyLoss().weight is None and list(nn.NLLLoss().state_dict()) == []
    assert_gradients(lambda x: loss(x, labels.clamp(0)), x.double())
    with pytest.raises(tenet.ShapeError, match=r"weight has shape \[2\] but scores of shape \[4, 3\] \(N,C\) have 3"):
        F.nll_loss(x, labels, weight[:2])
    with pytest.raises(tenet.DTypeError, match="weight is float64 but the scores are float32"):
        F.cross_entropy(x, labels, weight.double())
    with pytest.raises(TypeError):
        nn.NLLLoss([1.0, 2.0])  # type: ignore[arg-type]


def test_losses_take_probabilities() -> None:
    x, target, weight = tenet.randn(4, 3, 2), F.softmax(tenet.randn(4, 3, 2), 1), tenet.tensor([0.5, 1.0, 2.0])
    terms = -F.log_softmax(x, 1) * target * weight.view(3, 1)
    assert_close(F.cross_entropy(x, target, weight, reduction="none"), terms.sum(1))
    assert_close(nn.CrossEntropyLoss(weight)(x, target), terms.sum() / 8)
    assert_gradients(lambda x, target: F.cross_entropy(x, target, label_smoothing=0.2), x, target)
    labels = tenet.tensor([[0, 2], [1, 1], [2, 0], [0, 0]], dtype=tenet.uint8)
    one_hot = tenet.eye(3)[labels.long()].transpose(1, 2)
    assert_close(F.cross_entropy(x, one_hot), F.cross_entropy(x, labels))
    with pytest.raises(tenet.ValueError, match="ignore_index=1 but the target .* has probabilities and no labels"):
        F.cross_entropy(x, target, ignore_index=1)


def test_mse_loss_broadcasts_with_a_warning() -> None:
    x, target = tenet.tensor([[1.0], [2.0]]), tenet.tensor([1.0, 4.0, 0.0])
    text = r"Using a target size \(\[3\]\) that is different to the input size \(\[2, 1\]\)"
    with pytest.warns(UserWarning, match=text) as caught:
        assert F.mse_loss(x, target, reduction="none").tolist() == [[0, 9, 1], [1, 4, 4]]
    assert caught[0].filename == __file__
    assert F.mse_loss(x, x + 2, weight=tenet.tensor([[1.0], [3.0]]), reduction="none").tolist() == [[4], [12]]
    with warnings.catch_warnings(), pytest.raises(UserWarning):
        warnings.simplefilter("error")
        F.mse_loss(x, target)


def test_losses_of_nothing() -> None:
    x, ignored, none = tenet.randn(2, 3), tenet.tensor([-100, -100]), tenet.zeros(0, 3)
    for loss in (F.cross_entropy(x, ignored), F.nll_loss(x, ignored, tenet.ones(3)), F.mse_loss(none, none),
                 F.cross_entropy(none, none), F.cross_entropy(none, tenet.zeros(0, dtype=tenet.int64))):
        assert loss.isnan().item()
    assert F.cross_entropy(x, ignored, reduction="sum").item() == 0
    assert F.mse_loss(none, none, reduction="sum").item() == 0


@pytest.mark.parametrize("padding, widths", [(1, (1, 1, 1, 1)), ((0, 2), (2, 2, 0, 0)), (((0, 1), (2, 0)), (2, 0, 0, 1)),
                                             ("same", (2, 2, 1, 2)), ("valid", ())])
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_with_elements_of_the_input(mode: str, padding: Any, widths: Any) -> None:
    conv = nn.Conv2d(2, 3, (4, 3), padding=padding, dilation=(1, 2), padding_mode=mode)
    x = tenet.randn(1, 2, 6, 5, requires_grad=True)
    y = conv(x)
    assert tenet.equal(y, F.conv2d(F.pad(x, widths, mode), conv.weight, conv.bias, dilation=(1, 2)))
    assert repr(conv).endswith(f"padding_mode={mode})")
    assert tenet.gradcheck(conv.double(), x.double().detach())
    with pytest.raises(TypeError, match="has no such matrix here"):
        tenet.as_matrix(conv, (6, 5))


def test_sizes_may_be_numbers_of_numpy() -> None:
    three: Any = np.int64(3)
    assert nn.Conv2d(1, 2, three, padding=np.int32(1)).kernel_size == (3, 3) and nn.MaxPool2d(three).kernel_size == 3


def test_softmax_chooses_the_dimension_of_old() -> None:
    for shape, dim in (((2, 3), 1), ((3,), 0), ((2, 3, 2), 0)):
        x = tenet.randn(shape)
        with pytest.warns(UserWarning, match="Implicit dimension choice for softmax"):
            y = nn.Softmax()(x)
        assert tenet.equal(y, F.softmax(x, dim)) and F.log_softmax(x, 0, dtype=tenet.float64).dtype == tenet.float64


def test_relu_in_place() -> None:
    x = tenet.tensor([-1.0, 2.0])
    assert nn.ReLU(inplace=True)(x) is x and x.tolist() == [0, 2]


@pytest.mark.parametrize("make, text", [
    (lambda: nn.Linear(-1, 2), "Linear: in_features=-1 and out_features=2 must not be negative."),
    (lambda: nn.Conv2d(3, 4, 3, groups=2), "Conv2d: in_channels=3 and out_channels=4 must both be multiples of groups=2."),
    (lambda: nn.Conv2d(1, 1, 0), "Conv2d: kernel_size=0 must be one number or 2, each at least 1."),
    (lambda: nn.Conv3d(1, 1, (3, 3)), r"Conv3d: kernel_size=\(3, 3\) must be one number or 3, each at least 1."),
    (lambda: nn.Conv2d(1, 1, 3, padding="full"), 'Conv2d: padding="full" is not there. Use "same", "valid" or numbers.'),
    (lambda: nn.Conv2d(1, 1, 3, padding_mode="mirror"), 'Conv2d: padding_mode="mirror" is not there. Use one of .*"?circular'),
    (lambda: nn.ConvTranspose2d(1, 1, 3, padding_mode="circular"), 'ConvTranspose2d: padding_mode="circular" is not there.'),
    (lambda: nn.Conv2d(1, 1, 3, padding_mode="circular").transposed((4, 4)), "Conv2d.transposed: with padding_mode"),
    (lambda: nn.ConvTranspose2d(1, 1, 3, stride=0), "ConvTranspose2d: stride=0 must be one number or 2, each at least 1."),
    (lambda: nn.Conv2d(1, 1, 3, groups=0), "groups=0 must be at least 1."),
])
def test_options_without_meaning(make: Any, text: str) -> None:
    with pytest.raises(tenet.ValueError, match=text):
        make()


def test_repr_is_pytorchs() -> None:
    for layer, text in [
        (nn.Conv2d(1, 2, 3), "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))"),
        (nn.Conv2d(2, 4, (1, 3), (2, 1), (0, 1), groups=2, bias=False),
         "Conv2d(2, 4, kernel_size=(1, 3), stride=(2, 1), padding=(0, 1), groups=2, bias=False)"),
        (nn.Conv1d(1, 2, 3, dilation=2, padding="same"), "Conv1d(1, 2, kernel_size=(3,), stride=(1,), padding=same, dilation=(2,))"),
        (nn.ConvTranspose2d(1, 2, 3, 2, 1, 1), "ConvTranspose2d(1, 2, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), "
                                               "output_padding=(1, 1))"),
        (nn.Linear(2, 3, bias=False), "Linear(in_features=2, out_features=3, bias=False)"),
        (nn.MaxPool2d(2), "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"),
        (nn.AvgPool2d(2, 1), "AvgPool2d(kernel_size=2, stride=1, padding=0)"),
        (nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"), (nn.ReLU(), "ReLU()"), (nn.Softmax(dim=1), "Softmax(dim=1)"),
        (nn.Unfold(2), "Unfold(kernel_size=2, dilation=1, padding=0, stride=1)"),
        (nn.CrossEntropyLoss(), "CrossEntropyLoss()"), (nn.Softmax(), "Softmax(dim=None)"),
        (nn.MaxUnpool2d(2), "MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))"),
    ]:
        assert repr(layer) == text


def test_every_layer_says_what_it_is() -> None:
    for name in nn.__all__:
        part = getattr(nn, name)
        if inspect.isclass(part) and issubclass(part, nn.Module):
            assert part.__doc__, name


def test_older_options_of_pytorch() -> None:
    x, y = tenet.tensor([[1.0, 3.0]]), tenet.ones(1, 2)
    with pytest.warns(UserWarning, match="please use reduction='(sum|none)' instead") as caught:
        assert nn.MSELoss(size_average=False)(x, y).item() == 4 and nn.MSELoss(reduce=False)(x, y).tolist() == [[0, 4]]
    assert [w.filename for w in caught] == [__file__] * 2
    labels, values = tenet.tensor([1]), F.cross_entropy(x, tenet.tensor([1]), reduction="none")
    for size_average, reduce, reduction in [(False, None, "sum"), (None, False, "none"), (True, False, "none"),
                                            (False, True, "sum"), (None, True, "mean")]:
        with pytest.warns(UserWarning, match=f"please use reduction='{reduction}' instead") as caught:
            assert_close(F.mse_loss(x, y, size_average, reduce, "no matter"), F.mse_loss(x, y, reduction=reduction))
            assert_close(F.cross_entropy(x, labels, None, size_average, -100, reduce).view(1), values)
            assert_close(F.nll_loss(x, labels, None, size_average, -100, reduce).view(1), tenet.tensor([-3.0]))
        assert [w.filename for w in caught] == [__file__] * 3
    assert nn.Softmax(1)(tenet.zeros(2, 4)).tolist() == [[0.25] * 4] * 2
    assert nn.LogSoftmax(0)(tenet.zeros(3)).shape == (3,)
    with pytest.raises(TypeError, match="unflattened_size=4 must be a tuple of ints"):
        nn.Unflatten(1, 4)  # type: ignore[arg-type]


def test_divisor_override_is_there_and_refused() -> None:
    pool = nn.AvgPool2d(2)
    assert pool.divisor_override is None and F.avg_pool2d(tenet.ones(1, 2, 2), 2, divisor_override=None).item() == 1
    with pytest.raises(NotImplementedError, match="avg_pool2d: divisor_override is not there. Multiply the result."):
        F.avg_pool2d(tenet.ones(1, 2, 2), 2, 2, 0, False, True, 3)
