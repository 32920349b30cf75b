from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from tinypt.evaluation.frozen import embed, frozen_scores
from tinypt.evaluation.model import EvaluatedModel, tokenize_texts
from tinypt.evaluation.tasks.table import TaskData
from tinypt.runtime.errors import PipelineError

SEED = 13


def scored(evaluated: EvaluatedModel, data: TaskData, seed: int = SEED) -> dict[str, float]:
    return frozen_scores(evaluated, "x", data, seed)[0]


def test_an_embedding_is_the_mean_over_all_pieces(evaluated: EvaluatedModel) -> None:
    text = "A menina comeu a maçã."
    ids = torch.tensor([tokenize_texts(evaluated, [text], None).ids[0]])
    with torch.no_grad():
        states = evaluated.model.base_model(input_ids=ids).last_hidden_state[0]
    expected = states.mean(dim=0).numpy()
    assert embed(evaluated, [text], "one")[0] == pytest.approx(expected, abs=1e-5)


def test_an_embedding_does_not_depend_on_its_batch(evaluated: EvaluatedModel, texts: list[str]) -> None:
    several = [*texts[:6], "Choveu."]
    alone = np.concatenate([embed(evaluated, [text], "one") for text in several])
    assert embed(evaluated, several, "all") == pytest.approx(alone, abs=1e-5)


def test_equal_texts_have_the_highest_cosine(evaluated: EvaluatedModel, similarity: TaskData) -> None:
    scores = scored(evaluated, similarity)
    assert scores["pearson"] > 0.9
    assert scores["mse"] < 1.0  # on the labels' scale, 1.5 to 5


def test_the_fitted_line_adapts_to_any_label_scale(evaluated: EvaluatedModel, similarity: TaskData) -> None:
    def scaled(data: TaskData, factor: float) -> TaskData:
        train = replace(data.train, labels=[factor * float(label) for label in data.train.labels])
        return TaskData(train, replace(data.test, labels=[factor * float(label) for label in data.test.labels]))

    scores, hundredfold = (scored(evaluated, scaled(similarity, factor)) for factor in (1.0, 100.0))
    assert hundredfold["pearson"] == pytest.approx(scores["pearson"])
    assert hundredfold["mse"] == pytest.approx(1e4 * scores["mse"])


def test_equal_texts_everywhere_score_zero(evaluated: EvaluatedModel, similarity: TaskData) -> None:
    same = TaskData(*(replace(split, second=split.first) for split in (similarity.train, similarity.test)))
    one = TaskData(*(replace(split, first=["sim"] * 24, second=["não"] * 24) for split in (same.train, same.test)))
    scores = scored(evaluated, one)
    assert scores["pearson"] == 0.0
    assert scores["mse"] == pytest.approx(1.75**2)


@pytest.mark.parametrize("classes", [1, 2, 5])
def test_any_number_of_classes(evaluated: EvaluatedModel, make_texts: Callable[[int], TaskData], classes: int) -> None:
    assert scored(evaluated, make_texts(classes))["f1"] > 0.7  # chance is 0.2 for five


def test_pairs_are_classified(evaluated: EvaluatedModel, entailment: TaskData) -> None:
    assert scored(evaluated, entailment)["accuracy"] > 0.9


def test_scores_are_the_same_twice(evaluated: EvaluatedModel, make_pairs: Callable[[list[str]], TaskData]) -> None:
    data = make_pairs(["a", "b", "c"] * 8)
    assert scored(evaluated, data) == scored(evaluated, data)


def test_scores_lie_in_their_intervals_and_only_these_depend_on_the_seed(
    evaluated: EvaluatedModel, similarity: TaskData, sentiment: TaskData
) -> None:
    for data, metrics in ((similarity, ("pearson", "mse")), (sentiment, ("f1", "accuracy"))):
        scores, others = (scored(evaluated, data, seed) for seed in (SEED, SEED + 1))
        for metric in metrics:
            assert scores[f"{metric}_low"] <= scores[metric] <= scores[f"{metric}_high"]
            assert scores[metric] == others[metric]


def test_damaged_weights_are_named(evaluated: EvaluatedModel, sentiment: TaskData) -> None:
    with torch.no_grad():
        evaluated.model.get_input_embeddings().weight[:] = torch.nan
    with pytest.raises(PipelineError, match="teacher: x, frozen: the embeddings are not finite"):
        scored(evaluated, sentiment)
