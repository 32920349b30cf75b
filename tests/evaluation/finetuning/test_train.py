import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinypt.evaluation.finetuning.data import prepare
from tinypt.evaluation.finetuning.train import Hyperparameters, compute_outputs, fit, shuffled
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.evaluate import Finetune
from tinypt.runtime.progress import Progress

OPTIONS = Finetune(
    heads=("matched",),
    learning_rates=(1e-3,),
    dropouts=(0.0,),
    folds=2,
    fold_rows=None,
    epochs=1,
    batch_size=8,
    seeds=(1,),
    joint=(),
)
ROWS = np.arange(24)


def test_outputs_of_a_row_do_not_depend_on_the_other_rows(evaluated: EvaluatedModel, sentiment: TaskData) -> None:
    finetune_data = prepare(evaluated, "matched", {"x": sentiment})
    model = fit(finetune_data, ROWS, Hyperparameters(1e-3, 0.1), OPTIONS, 1, Progress("x", "rows"))
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
