from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.finetuning.test_finetune import FAST
from tinypt.evaluation.finetuning import train
from tinypt.evaluation.finetuning.data import FinetuneData, prepare
from tinypt.evaluation.finetuning.model import TaskModel
from tinypt.evaluation.finetuning.train import DivergedError, Hyperparameters, Run, compute_outputs, fit, shuffled
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.tasks.table import TaskData
from tinypt.runtime.progress import Progress

OPTIONS = replace(FAST, learning_rates=(1e-3,), epochs=1)
ROWS = np.arange(24)


def test_outputs_of_a_row_do_not_depend_on_the_other_rows(evaluated: EvaluatedModel, sentiment: TaskData) -> None:
    finetune_data = prepare(evaluated, "matched", {"x": sentiment})
    [model] = fit(finetune_data, [Run(ROWS, Hyperparameters(1e-3, 0.1), 1)], OPTIONS, Progress("x", "rows"))
    assert isinstance(model, TaskModel)
    every_output = compute_outputs(model, evaluated, finetune_data.train, ROWS)
    assert compute_outputs(model, evaluated, finetune_data.train, ROWS[5:9]) == pytest.approx(
        every_output[5:9], abs=1e-5
    )


@given(st.lists(st.integers(1, 60), min_size=1, max_size=400), st.integers(1, 9), st.integers(0, 3))
def test_an_epoch_visits_every_row_once(lengths: list[int], size: int, seed: int) -> None:
    array = np.array(lengths, dtype=np.int64)
    batches = shuffled(array, size, np.random.default_rng(seed))
    assert sorted(int(row) for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(len(batch) <= size for batch in batches)


def test_batches_hold_texts_of_similar_length() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(5, 60, 640)
    spread = [np.ptp(lengths[batch]) for batch in shuffled(lengths, 16, random)]
    assert np.mean(spread) < 10


def _fitted(finetune_data: FinetuneData, runs: list[Run]) -> list[TaskModel | DivergedError]:
    return list(fit(finetune_data, runs, replace(OPTIONS, epochs=2), Progress("x", "rows")))


def test_runs_trained_at_once_give_the_models_of_single_ones(
    evaluated: EvaluatedModel, entailment: TaskData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU: other seeds, learning rates and rows, so that some runs end before others."""
    finetune_data = prepare(evaluated, "matched", {"x": entailment})
    runs = [
        Run(ROWS[: 24 - seed], Hyperparameters(rate, 0.0), seed) for seed, rate in ((1, 1e-3), (2, 3e-3), (9, 1e-3))
    ]
    alone = _fitted(finetune_data, runs)
    monkeypatch.setattr(train, "STACKED", ("cpu",))
    together = _fitted(finetune_data, runs)
    for one, other in zip(alone, together, strict=True):
        assert isinstance(one, TaskModel)
        assert isinstance(other, TaskModel)
        outputs = [compute_outputs(model, evaluated, finetune_data.train, ROWS) for model in (one, other)]
        assert outputs[0] == pytest.approx(outputs[1], abs=1e-3)
        assert np.std(outputs[0]) > 0.02


def test_of_runs_trained_at_once_the_others_go_on_if_one_diverges(
    evaluated: EvaluatedModel, entailment: TaskData, monkeypatch: pytest.MonkeyPatch
) -> None:
    finetune_data = prepare(evaluated, "matched", {"x": entailment})
    runs = [Run(ROWS, Hyperparameters(rate, 0.0), 1) for rate in (1e-3, 1e36, 2e-3)]
    alone = _fitted(finetune_data, runs)
    monkeypatch.setattr(train, "STACKED", ("cpu",))
    together = _fitted(finetune_data, runs)
    for models in (alone, together):
        assert [isinstance(model, DivergedError) for model in models] == [False, True, False]
    [one, other] = [models[2] for models in (alone, together)]
    assert isinstance(one, TaskModel)
    assert isinstance(other, TaskModel)
    assert torch.allclose(one.output.weight, other.output.weight, atol=1e-4)


def test_a_large_model_is_trained_alone(evaluated: EvaluatedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    assert train.runs_at_once(evaluated) == 1, "on a CPU"
    monkeypatch.setattr(train, "STACKED", ("cpu",))
    assert train.runs_at_once(evaluated) > 10
    monkeypatch.setattr(train, "STACKED_WEIGHTS", 1000)
    assert train.runs_at_once(evaluated) == 1
