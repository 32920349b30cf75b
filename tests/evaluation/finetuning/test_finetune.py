from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from tinypt.evaluation.finetuning.finetune import finetune, joint_groups
from tinypt.evaluation.finetuning.train import Hyperparameters
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.scores.scoring import summarise
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.evaluate import Finetune
from tinypt.runtime.errors import PipelineError

FAST = Finetune(
    heads=("matched",),
    learning_rates=(1e-2,),
    dropouts=(0.0,),
    folds=2,
    fold_rows=None,
    epochs=15,
    batch_size=8,
    seeds=(1,),
    joint=(),
)
SHORT = replace(FAST, learning_rates=(1e-3,), epochs=1, seeds=(1, 2))


def finetune_scores(evaluated: EvaluatedModel, task: str, data: TaskData, options: Finetune) -> dict[str, float | int]:
    return summarise(data, finetune(evaluated, "matched", {task: data}, options).predictions[task], seed=13)


@pytest.mark.parametrize("classes", [1, 3])
def test_classes_are_learnt(evaluated: EvaluatedModel, make_texts: Callable[[int], TaskData], classes: int) -> None:
    scores = finetune_scores(evaluated, "x", make_texts(classes), FAST)
    assert scores["f1_mean"] > 0.9
    assert scores["f1_low"] <= scores["f1_mean"] <= scores["f1_high"]


def test_similarity_is_learnt_on_the_scale_of_its_labels(evaluated: EvaluatedModel, similarity: TaskData) -> None:
    scores = finetune_scores(evaluated, "x", similarity, FAST)
    assert scores["pearson_mean"] > 0.8
    assert scores["mse_mean"] < 1.5


def test_constant_labels_are_learnt_as_their_mean(evaluated: EvaluatedModel, similarity: TaskData) -> None:
    train = replace(similarity.train, labels=[4.0] * 24)
    scores = finetune_scores(evaluated, "x", TaskData(train, replace(similarity.test, labels=[4.0] * 24)), SHORT)
    assert scores["pearson_mean"] == 0.0
    assert scores["mse_mean"] < 0.5


def test_seeds_are_summarised_and_the_same_seeds_give_the_same_scores(
    evaluated: EvaluatedModel, similarity: TaskData
) -> None:
    scores = finetune_scores(evaluated, "x", similarity, SHORT)
    assert scores["seeds"] == 2
    assert scores["pearson_sd"] > 0
    torch.rand(7)  # the global generator's state has no effect
    assert finetune_scores(evaluated, "x", similarity, SHORT) == scores
    one = finetune_scores(evaluated, "x", similarity, replace(SHORT, seeds=(1,)))
    assert one["pearson_sd"] == 0.0


def test_the_model_itself_is_not_changed(evaluated: EvaluatedModel, sentiment: TaskData) -> None:
    before = {name: value.clone() for name, value in evaluated.model.state_dict().items()}
    finetune_scores(evaluated, "x", sentiment, replace(SHORT, seeds=(1,)))
    assert all(torch.equal(value, before[name]) for name, value in evaluated.model.state_dict().items())
    assert not evaluated.model.training


@pytest.mark.parametrize("batch_size", [8, 24])  # with 24 there is one step, and no loss is computed from its weights
def test_divergence_names_model_task_and_learning_rate(
    evaluated: EvaluatedModel, similarity: TaskData, batch_size: int
) -> None:
    options = replace(SHORT, learning_rates=(1e30,), batch_size=batch_size)
    with pytest.raises(
        PipelineError, match=r"teacher: sts, fine-tuning, matched head: training diverged .*learning_rates \(1e\+30\)"
    ):
        finetune_scores(evaluated, "sts", similarity, options)


def test_joint_tasks_have_their_own_outputs(
    evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData
) -> None:
    tuned = finetune(evaluated, "matched", {"entailment": entailment, "similarity": similarity}, FAST)
    assert summarise(entailment, tuned.predictions["entailment"], 1)["f1_mean"] > 0.9
    assert summarise(similarity, tuned.predictions["similarity"], 1)["pearson_mean"] > 0.8


def test_the_rate_is_chosen_without_the_test_split(evaluated: EvaluatedModel, sentiment: TaskData) -> None:
    options = replace(SHORT, learning_rates=(1e-2, 1e-3, 1e30), seeds=(1,))
    tuned = finetune(evaluated, "matched", {"x": sentiment}, options)
    assert list(tuned.scores) == [Hyperparameters(rate, 0.0) for rate in (1e-3, 1e-2, 1e30)]
    assert tuned.scores[Hyperparameters(1e30, 0.0)] is None  # diverged, so it is not chosen
    shuffled = replace(sentiment, test=replace(sentiment.test, labels=sentiment.test.labels[::-1]))
    again = finetune(evaluated, "matched", {"x": shuffled}, options)
    assert (again.chosen, again.scores) == (tuned.chosen, tuned.scores)
    assert (again.predictions["x"] == tuned.predictions["x"]).all()


def test_other_dropouts_are_tried_with_the_best_rate(evaluated: EvaluatedModel, sentiment: TaskData) -> None:
    options = replace(SHORT, learning_rates=(1e-3, 1e30), dropouts=(0.0, 0.9), seeds=(1,))
    tuned = finetune(evaluated, "matched", {"x": sentiment}, options)
    assert [(each.learning_rate, each.dropout) for each in tuned.scores] == [(1e-3, 0.0), (1e30, 0.0), (1e-3, 0.9)]
    assert tuned.scores[tuned.chosen] == max(score for score in tuned.scores.values() if score is not None)
    one = finetune(evaluated, "matched", {"x": sentiment}, replace(options, learning_rates=(1e-3,), dropouts=(0.9,)))
    assert (one.chosen, one.scores) == (Hyperparameters(1e-3, 0.9), {})


def test_groups_of_tasks(entailment: TaskData, similarity: TaskData, sentiment: TaskData) -> None:
    tasks = {"a": entailment, "b": sentiment, "c": similarity}
    assert [list(group) for group in joint_groups(tasks, (("c", "a"),))] == [["a", "c"], ["b"]]
    assert [list(group) for group in joint_groups(tasks, ())] == [["a"], ["b"], ["c"]]
    with pytest.raises(PipelineError, match="no task is called z; there are a, b, c"):
        joint_groups(tasks, (("a", "z"),))


def test_several_rates_without_folds_to_choose_on_are_refused(evaluated: EvaluatedModel, similarity: TaskData) -> None:
    linked = replace(similarity.train, second=[similarity.train.first[0]] * 24)
    with pytest.raises(PipelineError, match=r"^sts: the training rows fall into 1 groups"):
        finetune(
            evaluated,
            "matched",
            {"sts": replace(similarity, train=linked)},
            replace(SHORT, learning_rates=(1e-3, 1e-2)),
        )
