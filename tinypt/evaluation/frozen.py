"""The frozen protocol: what a model's embeddings hold without any further training of the model."""

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tinypt.evaluation.measures import classification_scores, regression_scores
from tinypt.evaluation.statistics import (
    intervals,
    resampled_accuracy,
    resampled_f1,
    resampled_mse,
    resampled_pearson,
)
from tinypt.evaluation.subject import Subject, cut_pieces, length_sorted, pad
from tinypt.evaluation.tasks import Split, TaskData
from tinypt.modeling.forward import encode
from tinypt.progress import Progress

Vectors = NDArray[np.float64]
ITERATIONS = 2000  # enough for the probe to converge; without its optimum it would depend on the solver


def frozen_scores(subject: Subject, task: str, data: TaskData, seed: int) -> dict[str, float]:
    """Scores on the test split from mean-pooled embeddings of each text by itself, and their 95 % intervals.

    Only the intervals, <measure>_low and <measure>_high over resampled test rows, depend on `seed`.

    Similarity is the cosine of the two texts; Pearson is taken of the cosine itself, and the mean squared
    error after mapping it to the labels' scale by a line fitted on the training split. Classes come from
    a logistic regression on the embedding, or for pairs on [u, v, |u - v|, u * v] (InferSent; Conneau et al. 2017).
    """
    texts = sorted({text for split in (data.train, data.test) for text in split.first + (split.second or [])})
    row_of = {text: row for row, text in enumerate(texts)}
    vectors = embed(subject, texts, f"{subject.name}: {task}, frozen")

    def sides(split: Split) -> tuple[Vectors, Vectors | None]:
        second = None if split.second is None else vectors[[row_of[text] for text in split.second]]
        return vectors[[row_of[text] for text in split.first]], second

    if data.is_regression:
        train, test = _cosine(*sides(data.train)), _cosine(*sides(data.test))
        gold, test_gold = (np.array(split.labels, dtype=np.float64) for split in (data.train, data.test))
        return _line_scores(train, gold, test, test_gold, seed)
    return _probe_scores(_features(*sides(data.train)), _features(*sides(data.test)), data, seed)


@torch.no_grad()
def embed(subject: Subject, texts: list[str], label: str) -> Vectors:
    """Mean of the last hidden states over each text's pieces, special tokens left out: [texts, hidden].

    A text without any piece of the vocabulary gives a vector of zeros.
    """
    pieces = cut_pieces(subject, texts, None)
    vectors = np.zeros((len(texts), subject.model.config.hidden_size))
    progress = Progress(label, "texts", len(texts))
    for rows in length_sorted(pieces.lengths()):
        ids, _ = pad(pieces, rows, subject)
        real = (~subject.special.is_special(ids))[..., None]
        states = encode(subject.model, ids, subject.special)
        means = (states * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)
        vectors[rows] = means.double().cpu().numpy()
        progress.add(len(rows))
    progress.close()
    return vectors


def _cosine(first: Vectors, second: Vectors | None) -> Vectors:
    assert second is not None
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosine: Vectors = (first * second).sum(axis=1) / np.maximum(norms, 1e-12)
    return cosine


def _line_scores(train: Vectors, gold: Vectors, test: Vectors, test_gold: Vectors, seed: int) -> dict[str, float]:
    variance = train.var()
    slope = float(np.cov(train, gold, bias=True)[0, 1] / variance) if variance > 0 else 0.0
    mapped = gold.mean() + slope * (test - train.mean())
    scores = {
        "pearson": regression_scores(test, test_gold)["pearson"],
        "mse": regression_scores(mapped, test_gold)["mse"],
    }
    resampled = {
        "pearson": resampled_pearson(test, test_gold, seed),
        "mse": resampled_mse(mapped, test_gold, seed),
    }
    return scores | intervals(resampled)


def _features(first: Vectors, second: Vectors | None) -> Vectors:
    if second is None:
        return first
    return np.concatenate([first, second, np.abs(first - second), first * second], axis=1)


def _probe_scores(train: Vectors, test: Vectors, data: TaskData, seed: int) -> dict[str, float]:
    gold, classes = data.class_indices(data.train), len(data.classes)
    if classes == 1:  # nothing to tell apart, and nothing that a regression could be fitted to
        predicted = [0] * len(test)
    else:
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=ITERATIONS))
        predicted = [int(index) for index in probe.fit(train, gold).predict(test)]
    test_gold = data.class_indices(data.test)
    resampled = {
        "f1": resampled_f1(predicted, test_gold, classes, seed),
        "accuracy": resampled_accuracy(predicted, test_gold, seed),
    }
    return classification_scores(predicted, test_gold, classes) | intervals(resampled)
