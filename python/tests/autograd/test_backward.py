"""backward, grad, hooks and the modes of recording."""
import gc
import math
import threading
import weakref
from typing import Any

import pytest
import tenet


def leaf(*values: Any) -> Any:
    return tenet.tensor([float(v) for v in values], requires_grad=True)


def test_gradients_gather_in_grad() -> None:
    x = leaf(1, 2, 3)
    (x * x).sum().backward()
    (3 * x).sum().backward()
    assert x.grad.tolist() == [5, 7, 9]


def test_a_gradient_can_be_given() -> None:
    x = leaf(1, 2)
    (x * x).backward(tenet.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2, 40]
    with pytest.raises(tenet.GradientError, match="backward"):
        (x * x).backward()


def test_grad_writes_nothing_to_the_leaves() -> None:
    x, w = leaf(1, 2), leaf(3, 4)
    dx, dw = tenet.autograd.grad((x * w).sum(), (x, w))
    assert (dx.tolist(), dw.tolist()) == ([3, 4], [1, 2])
    assert x.grad is None and w.grad is None


def test_grad_of_several_outputs_adds_up() -> None:
    x = leaf(1, 2)
    (dx,) = tenet.autograd.grad([x.sum(), (x * x)], x, [None, tenet.tensor([1.0, 1.0])])
    assert dx.tolist() == [3, 5]


def test_what_an_output_does_not_depend_on() -> None:
    x, w = leaf(1), leaf(2)
    with pytest.raises(tenet.GradientError, match="allow_unused"):
        tenet.autograd.grad(x.sum(), w)
    assert tenet.autograd.grad(x.sum(), [x, w], allow_unused=True)[1] is None
    assert tenet.autograd.grad(x.sum(), [x, w], materialize_grads=True)[1].tolist() == [0]


def test_create_graph_gives_gradients_that_can_be_differentiated() -> None:
    x = leaf(2)
    (first,) = tenet.autograd.grad((x**4).sum(), x, create_graph=True)
    (second,) = tenet.autograd.grad(first.sum(), x, create_graph=True)
    (third,) = tenet.autograd.grad(second.sum(), x)
    assert (first.item(), second.item(), third.item()) == (32, 48, 48)


def test_backward_with_create_graph_says_what_to_do() -> None:
    x = leaf(2)
    with pytest.raises(tenet.GradientError, match=r"tenet\.autograd\.grad\(y, x, create_graph=True\)"):
        (x * x).backward(create_graph=True)


def test_the_tape_is_used_once_unless_retained() -> None:
    x = leaf(3)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12
    with pytest.raises(tenet.GradientError, match="retain_graph"):
        y.backward()


def test_backward_of_several_tensors() -> None:
    x = leaf(1, 2)
    tenet.autograd.backward([x.sum(), x * x], [None, tenet.tensor([1.0, 2.0])])
    assert x.grad.tolist() == [3, 9]


def test_no_grad_as_block_and_decorator() -> None:
    x = leaf(1)
    with tenet.no_grad():
        assert not (x * 2).requires_grad
        with tenet.enable_grad():
            assert (x * 2).requires_grad

    @tenet.no_grad()
    def with_brackets(depth: Any) -> Any:
        """Doc."""
        return (x * 2).requires_grad if depth == 0 else with_brackets(depth - 1)

    @tenet.no_grad
    def without_brackets() -> Any:
        return (x * 2).requires_grad

    assert not with_brackets(3) and not without_brackets()
    assert with_brackets.__doc__ == "Doc."
    assert tenet.is_grad_enabled()


def test_no_grad_ends_with_an_exception() -> None:
    with pytest.raises(KeyError):
        with tenet.no_grad():
            raise KeyError("inside")
    assert tenet.is_grad_enabled()


def test_set_grad_enabled_both_ways() -> None:
    tenet.set_grad_enabled(False)
    assert not tenet.is_grad_enabled()
    tenet.set_grad_enabled(True)
    with tenet.set_grad_enabled(False):
        assert not tenet.is_grad_enabled()
    assert tenet.is_grad_enabled()


def test_the_mode_belongs_to_a_thread() -> None:
    seen = []
    with tenet.no_grad():
        thread = threading.Thread(target=lambda: seen.append(tenet.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_hooks_see_and_change_gradients() -> None:
    x = leaf(1, 2)
    seen = []
    first = x.register_hook(lambda dx: seen.append(dx.tolist()))
    x.register_hook(lambda dx: dx * 10)
    (x * x).sum().backward()
    assert seen == [[2, 4]] and x.grad.tolist() == [20, 40]
    first.remove()
    x.grad = None
    x.sum().backward()
    assert seen == [[2, 4]] and x.grad.tolist() == [10, 10]


def test_a_hook_on_a_computed_tensor() -> None:
    x = leaf(1, 2)
    y = x * x
    y.retain_grad()
    with y.register_hook(lambda dy: dy + 1):
        y.sum().backward()
    assert x.grad.tolist() == [4, 8]
    assert y.grad.tolist() == [2, 2]


class Custom(Exception):
    """Nothing that Tenet knows."""


def test_an_exception_in_a_hook_arrives_whole_and_leaves_the_tape_usable() -> None:
    x = leaf(1, 2)

    def fail(dx: tenet.Tensor) -> None:
        raise Custom("from the hook", dx.shape)

    handle = x.register_hook(fail)
    with pytest.raises(Custom, match="from the hook") as caught:
        (x * x).sum().backward()
    assert caught.value.args[1] == (2,)
    assert any(entry.name == "fail" for entry in caught.traceback)
    assert x.grad is None
    handle.remove()
    (x * x).sum().backward()
    assert x.grad.tolist() == [2, 4]  # type: ignore[attr-defined]


def test_a_hook_must_return_a_tensor() -> None:
    x = leaf(1)
    x.register_hook(lambda dx: 3)
    with pytest.raises(TypeError, match="hook: returned a int. Return a Tensor, or None."):
        x.sum().backward()


def test_the_tape_can_be_walked() -> None:
    x = leaf(1, 2)
    y = (x * x).sum()
    assert x.grad_fn is None and x.is_leaf and not y.is_leaf
    assert y.grad_fn.name()
    names = set()
    todo = [y.grad_fn]
    while todo:
        node = todo.pop()
        names.add(node.name())
        todo += [n for n, _ in node.next_functions if n is not None]
    assert {"Mul", "AccumulateGrad"} <= names


def test_detach_and_requires_grad_() -> None:
    x = leaf(1, 2)
    y = (x * x).detach()
    assert not y.requires_grad and y.requires_grad_().requires_grad
    with pytest.raises(tenet.DTypeError):
        tenet.tensor([1, 2], requires_grad=True)
    with pytest.raises(tenet.GradientError):
        (x * x).requires_grad = False


def test_an_overwritten_saved_value_is_found() -> None:
    x = leaf(1, 2)
    y = x.exp()
    z = y * y
    y.add_(1)
    with pytest.raises(tenet.GradientError, match="add_|in place|overwritten|version"):
        z.sum().backward()


def test_in_place_ops_are_recorded() -> None:
    x = leaf(1, 2, 3)
    y = x * 1
    y[1:] *= 5
    y[0] = 7
    y += x
    y.sum().backward()
    assert y.tolist() == [8, 12, 18] and x.grad.tolist() == [1, 6, 6]


def test_a_leaf_that_requires_grad_is_not_written() -> None:
    x = leaf(1, 2)
    for write in (lambda: x.add_(1), lambda: x.__setitem__(0, 1), lambda: x.zero_()):
        with pytest.raises(tenet.GradientError, match="leaf that requires grad.*NoGradGuard"):
            write()  # type: ignore[no-untyped-call]
    with tenet.no_grad():
        x.add_(1)
    assert x.tolist() == [2, 3]


def test_detect_anomaly_names_the_op() -> None:
    x = leaf(-1)
    with tenet.autograd.detect_anomaly():
        with pytest.raises(tenet.AnomalyError, match="log"):
            x.log()
    assert x.log().item() != x.log().item()
    with tenet.autograd.set_detect_anomaly(True):
        with pytest.raises(tenet.AnomalyError, match="mul: its backward made a gradient of input 0 .* that has nan"):
            (x * 0).sqrt().sum().backward()  # an infinity on the way is none


def test_a_long_chain() -> None:
    x = leaf(1)
    y = x
    for _ in range(100_000):
        y = y + 1
    y.backward()
    assert x.grad.item() == 1
    del y  # and it is freed without recursion


def test_backward_for_some_inputs() -> None:
    x, z = leaf(1, 2), leaf(3, 4)
    (x * z).sum().backward(inputs=[x])
    assert x.grad.tolist() == [3, 4] and z.grad is None
    y = x * 2
    (y * z).sum().backward(inputs=y)
    assert y.grad.tolist() == [3, 4] and x.grad.tolist() == [3, 4]
    tenet.autograd.backward([x.sum(), (x * z).sum()], inputs=[x])
    assert x.grad.tolist() == [7, 9]
    with pytest.raises(RuntimeError, match="`inputs` argument to `backward..` cannot be empty"):
        x.sum().backward(inputs=[])


def test_a_batch_of_gradients() -> None:
    x = leaf(1, 2)
    y = x * x
    (rows,) = tenet.autograd.grad(y, x, tenet.eye(2), is_grads_batched=True)
    assert rows.tolist() == [[2, 0], [0, 4]]
    with pytest.raises(tenet.GradientError, match="mul"):
        y.sum().backward()  # the record is used up


def test_grad_without_inputs_and_contradictions() -> None:
    x = leaf(1)
    with pytest.raises(RuntimeError, match="`inputs` argument to `grad..` cannot be empty"):
        tenet.autograd.grad(x.sum(), [])
    with pytest.raises(ValueError, match="Expected allow_unused to be True or not passed when materialize_grads=True"):
        tenet.autograd.grad(x.sum(), x, allow_unused=False, materialize_grads=True)


def test_modes_as_decorators() -> None:
    @tenet.set_grad_enabled(False)
    def off() -> bool:
        return tenet.is_grad_enabled()

    assert tenet.is_grad_enabled() and not off() and tenet.is_grad_enabled()

    @tenet.inference_mode()
    def inference() -> Any:
        return tenet.is_grad_enabled(), tenet.is_inference_mode_enabled()

    assert inference() == (False, True) and not tenet.is_inference_mode_enabled()
    with tenet.inference_mode(), tenet.inference_mode(False):
        assert tenet.is_grad_enabled() and not tenet.is_inference_mode_enabled()


def test_a_generator_is_in_its_mode_while_it_runs() -> None:
    seen = []

    @tenet.no_grad()
    def numbers() -> Any:
        try:
            seen.append(((yield 1), tenet.is_grad_enabled()))
            yield 2
        except KeyError:
            yield tenet.is_grad_enabled()
        finally:
            seen.append(("end", tenet.is_grad_enabled()))

    generator = numbers()
    assert next(generator) == 1 and tenet.is_grad_enabled()
    assert generator.send("sent") == 2 and tenet.is_grad_enabled()
    assert generator.throw(KeyError()) is False and tenet.is_grad_enabled()
    generator.close()
    assert seen == [("sent", False), ("end", False)] and tenet.is_grad_enabled()


def test_threads_in_one_decorated_function() -> None:
    """Each has a mode of its own to come back to."""
    inside, leave = threading.Barrier(2), threading.Event()
    after = []

    @tenet.no_grad()
    def waits(first: bool) -> None:
        inside.wait()
        if not first:
            leave.wait()

    def run(first: bool) -> None:
        tenet.set_grad_enabled(first)
        waits(first)
        after.append((first, tenet.is_grad_enabled()))
        leave.set()

    threads = [threading.Thread(target=run, args=(first,)) for first in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(after) == [(False, False), (True, True)]


def test_anomaly_mode_can_be_asked_for() -> None:
    assert not tenet.is_anomaly_enabled() and tenet.is_anomaly_check_nan_enabled()
    with tenet.autograd.detect_anomaly(check_nan=False):
        assert tenet.is_anomaly_enabled() and not tenet.is_anomaly_check_nan_enabled()
        leaf(-1).log()
    assert not tenet.is_anomaly_enabled()
    with tenet.autograd.detect_anomaly():
        assert leaf(0).log().item() == -math.inf


def test_facts_about_gradients() -> None:
    x = leaf(1)
    y = x * 2
    assert not y.retains_grad and y.output_nr == 0
    y.retain_grad()
    x.retain_grad()
    assert y.retains_grad and not x.retains_grad
    y.sum().backward()
    del x.grad
    assert x.grad is None
    assert y.grad_fn == y.grad_fn and hash(y.grad_fn) == hash(y.grad_fn) and y.grad_fn != (x * 2).grad_fn


def test_variables_are_tensors() -> None:
    x = tenet.autograd.Variable(tenet.ones(1), requires_grad=True)
    assert type(x) is tenet.Tensor and isinstance(x, tenet.autograd.Variable) and x.requires_grad and x.is_leaf


def test_hooks_after_accumulation() -> None:
    x, seen = leaf(1, 2), []
    handle = x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.tolist())))
    tenet.autograd.grad((x * x).sum(), x)
    assert seen == []
    (x * x).sum().backward()
    (x * x).sum().backward(inputs=[x])
    assert seen == [(True, [2, 4]), (True, [4, 8])]
    handle.remove()
    x.sum().backward()
    assert len(seen) == 2
    with pytest.raises(RuntimeError, match="post accumulate grad hooks cannot be registered on non-leaf tensors"):
        (x * 2).register_post_accumulate_grad_hook(print)


def test_a_step_in_a_hook_after_accumulation() -> None:
    x = leaf(1)
    optimizer = tenet.optim.SGD([x], lr=0.5)

    def step(parameter: Any) -> None:
        optimizer.step()
        optimizer.zero_grad()

    x.register_post_accumulate_grad_hook(step)
    (2 * x).sum().backward()
    assert x.item() == 0 and x.grad is None


def test_a_hook_after_accumulation_keeps_nothing_alive() -> None:
    x = leaf(1)
    gone = weakref.ref(x)
    x.register_post_accumulate_grad_hook(lambda p: None)
    x.sum().backward()
    del x
    gc.collect()
    assert gone() is None
