"""The frozen protocol: scores from a model's embeddings, without training the model."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tinypt.evaluation.model import EvaluatedModel, length_sorted, pad, tokenize_texts
from tinypt.evaluation.scores.bootstrap import intervals
from tinypt.evaluation.scores.scoring import Labels, gold_labels, resampled_scores, task_scores
from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.modeling.forward import encode, mean_state
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

Vectors = NDArray[np.float64]
ITERATIONS = 2000  # enough for the probe to converge; before that its weights would depend on the solver


def frozen_scores(evaluated: EvaluatedModel, task: str, data: TaskData, seed: int) -> tuple[dict[str, float], Labels]:
    """Score the test split from mean-pooled embeddings of the separate texts, and return the predictions too.

    Raises:
        PipelineError: an embedding is not finite.
    """
    return vector_scores(lambda texts: embed(evaluated, texts, f"{evaluated.name}: {task}, frozen"), data, seed)


def vector_scores(
    embed_texts: Callable[[list[str]], Vectors], data: TaskData, seed: int
) -> tuple[dict[str, float], Labels]:
    """Score the test split from any embeddings of the separate texts, and return the predictions too.

    Similarity is the cosine of the two embeddings. Pearson and the returned predictions use the cosine itself; the mean
    squared error uses the cosine mapped to the labels' scale by a line fitted on the training split. Classes are
    predicted by a logistic regression on the embedding, or for pairs on [u, v, |u - v|, u * v] (InferSent; Conneau et
    al. 2017). The 95 % intervals, <metric>_low and <metric>_high, are bootstrapped over test rows; only they depend on
    `seed`.

    Args:
        embed_texts: called once, with all texts of the task in order; float64 [texts, width].
        data: the task.
        seed: of the bootstrap.
    """
    texts = sorted({text for split in (data.train, data.test) for text in split.first + (split.second or [])})
    row_of = {text: row for row, text in enumerate(texts)}
    vectors = embed_texts(texts)

    def sides(split: Split) -> tuple[Vectors, Vectors | None]:
        second = None if split.second is None else vectors[[row_of[text] for text in split.second]]
        return vectors[[row_of[text] for text in split.first]], second

    gold, test_gold = gold_labels(data, data.train), gold_labels(data, data.test)
    if not data.is_regression:
        predicted = _probe(_features(*sides(data.train)), gold, _features(*sides(data.test)))
        return task_scores(data, predicted, test_gold) | intervals(resampled_scores(data, predicted, seed)), predicted
    train, test = _cosine(*sides(data.train)), _cosine(*sides(data.test))
    mapped = _line(train, gold, test)
    scores = {
        "pearson": task_scores(data, test, test_gold)["pearson"],
        "mse": task_scores(data, mapped, test_gold)["mse"],
    }
    resampled = {
        "pearson": resampled_scores(data, test, seed)["pearson"],
        "mse": resampled_scores(data, mapped, seed)["mse"],
    }
    return scores | intervals(resampled), test


@torch.no_grad()
def embed(evaluated: EvaluatedModel, texts: list[str], label: str) -> Vectors:
    """Mean of the last hidden states over each text's pieces, [CLS] and [SEP] included: float64 [texts, hidden].

    A release returns the same vector in sentence-transformers, whose mean also includes both.

    Args:
        evaluated: the model.
        texts: the texts to embed, truncated to the model's max_length.
        label: of the progress line and of error messages.

    Raises:
        PipelineError: a vector is not finite.
    """
    pieces = tokenize_texts(evaluated, texts, None)
    vectors = np.zeros((len(texts), evaluated.model.config.hidden_size))
    progress = Progress(label, "texts", len(texts))
    for rows in length_sorted(pieces.lengths()):
        ids, _ = pad(pieces, rows, evaluated)
        states = encode(evaluated.model, ids, evaluated.special)
        vectors[rows] = mean_state(states, ids != evaluated.special.pad).double().cpu().numpy()
        progress.add(len(rows))
    progress.close()
    if not np.isfinite(vectors).all():
        raise PipelineError(f"{label}: the embeddings are not finite: the weights are damaged; train the model again")
    return vectors


def _cosine(first: Vectors, second: Vectors | None) -> Vectors:
    assert second is not None
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosine: Vectors = (first * second).sum(axis=1) / np.maximum(norms, 1e-12)
    return cosine


def _line(train: Vectors, gold: Vectors, test: Vectors) -> Vectors:
    """Map `test` to the scale of `gold` by the least-squares line from `train` to `gold`."""
    variance = train.var()
    slope = float(np.cov(train, gold, bias=True)[0, 1] / variance) if variance > 0 else 0.0
    mapped: Vectors = gold.mean() + slope * (test - train.mean())
    return mapped


def _features(first: Vectors, second: Vectors | None) -> Vectors:
    if second is None:
        return first
    return np.concatenate([first, second, np.abs(first - second), first * second], axis=1)


def _probe(train: Vectors, gold: Labels, test: Vectors) -> Labels:
    """Predict the classes of `test` by a logistic regression fitted on `train`."""
    if not gold.any():  # a single class, to which no regression can be fitted
        return np.zeros(len(test), dtype=np.int64)
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=ITERATIONS))
    predicted: Labels = probe.fit(train, gold).predict(test)
    return predicted
