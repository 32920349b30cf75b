import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from tinypt.evaluation.finetuning.data import FinetuneData, prepare
from tinypt.evaluation.finetuning.model import TaskModel
from tinypt.evaluation.finetuning.stack import Single, Stack
from tinypt.evaluation.model import EvaluatedModel, pad
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.evaluate import Head

# Operations that start no kernel on a GPU: views, and memory.
IDLE = [
    *(
        "as_strided",
        "view",
        "alias",
        "reshape",
        "transpose",
        "expand",
        "squeeze",
        "select",
        "slice",
        "empty",
        "resize_",
    ),
    *("resolve", "lift_fresh", "to", "detach", "result_type"),
]
BATCHES = [np.arange(8), np.arange(6, 12), None, np.arange(10, 18), np.arange(3)]


def _models(finetune_data: FinetuneData, number: int, dropout: float = 0.0) -> list[TaskModel]:
    own = finetune_data
    width = sum(own.widths)
    return [TaskModel(own.evaluated, own.used, own.pairs, width, own.head, dropout, seed) for seed in range(number)]


@pytest.mark.parametrize("head", ["cls", "matched"])
@pytest.mark.parametrize("pairs", [True, False])
def test_losses_and_gradients_are_those_of_each_model_alone(
    evaluated: EvaluatedModel, entailment: TaskData, sentiment: TaskData, head: Head, pairs: bool
) -> None:
    finetune_data = prepare(evaluated, head, {"x": entailment if pairs else sentiment})
    models = _models(finetune_data, len(BATCHES))
    alone = [Single(finetune_data, copy.deepcopy(model)) for model in models]
    stack = Stack(finetune_data, models)
    losses = stack.backward(BATCHES)
    for index, (one, batch, model) in enumerate(zip(alone, BATCHES, models, strict=True)):
        if batch is None:
            assert float(losses[index]) == 0
            assert all(not bool(weight.grad.any()) for weight in model.parameters() if weight.grad is not None)
            continue
        assert float(losses[index]) == pytest.approx(float(one.backward([batch])), abs=1e-6)
        for expected, found in zip(one.model.parameters(), model.parameters(), strict=True):
            assert torch.allclose(expected.grad, found.grad, atol=1e-6)


def test_the_same_in_bf16_as_on_a_gpu(
    evaluated: EvaluatedModel, entailment: TaskData, monkeypatch: pytest.MonkeyPatch
) -> None:
    finetune_data = prepare(evaluated, "matched", {"x": entailment})
    models = _models(finetune_data, 3)
    alone = [Single(finetune_data, copy.deepcopy(model)) for model in models]
    batches: list[Any] = [np.arange(8), np.arange(6, 12), np.arange(10, 18)]
    monkeypatch.setattr(
        "tinypt.evaluation.finetuning.stack._autocast", lambda _: torch.autocast("cpu", dtype=torch.bfloat16)
    )
    losses = Stack(finetune_data, models).backward(batches)
    expected = torch.cat([one.backward([batch]) for one, batch in zip(alone, batches, strict=True)])
    assert torch.allclose(losses, expected, atol=5e-3)
    for one, model in zip(alone, models, strict=True):
        for weight, found in zip(one.model.parameters(), model.parameters(), strict=True):
            assert found.grad.dtype == torch.float32
            assert torch.allclose(weight.grad, found.grad, atol=1e-2)


def test_a_step_of_an_optimizer_changes_the_stack(evaluated: EvaluatedModel, sentiment: TaskData) -> None:
    finetune_data = prepare(evaluated, "matched", {"x": sentiment})
    models = _models(finetune_data, 2)
    stack = Stack(finetune_data, models)
    first = stack.backward([np.arange(8)] * 2)
    torch.optim.SGD(models[1].parameters(), lr=0.1).step()
    second = stack.backward([np.arange(8)] * 2)
    assert second[0] == first[0]
    assert second[1] < first[1]


def test_dropout_differs_between_the_models(evaluated: EvaluatedModel, sentiment: TaskData) -> None:
    finetune_data = prepare(evaluated, "matched", {"x": sentiment})
    twins = [copy.deepcopy(model).train() for model in _models(finetune_data, 1, 0.5) * 2]
    losses = Stack(finetune_data, twins).backward([np.arange(8)] * 2)
    assert losses[0] != losses[1]


def test_five_models_start_few_more_kernels_than_one(
    evaluated: EvaluatedModel, entailment: TaskData, monkeypatch: pytest.MonkeyPatch
) -> None:
    finetune_data = prepare(evaluated, "matched", {"x": entailment})
    models = _models(finetune_data, 5)
    alone = _kernels(Single(finetune_data, copy.deepcopy(models[0])), 1, monkeypatch)
    assert 100 < alone < _kernels(Stack(finetune_data, models), 5, monkeypatch) < 1.5 * alone


def _kernels(losses: Single | Stack, models: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Operations of a batch that compute or copy something; on a GPU they start at least a kernel each."""
    batches: list[Any] = [np.arange(8)] * models
    padded = pad(losses.data.train, np.concatenate(batches), losses.data.evaluated)
    with monkeypatch.context() as patch:
        patch.setattr("tinypt.evaluation.finetuning.stack.pad", lambda *_: padded)  # runs on the CPU anyway
        losses.backward(batches)
        with profile(activities=[ProfilerActivity.CPU]) as profiler:
            losses.backward(batches)
    inner = [event.name for event in profiler.events() if event.name.startswith("aten::") and not event.cpu_children]
    return len([name for name in inner if not any(idle in name for idle in IDLE)])
