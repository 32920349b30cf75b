"""Soft labels for task distillation: a fine-tuned teacher's outputs, from which students learn.

It is the teacher, or an encoder from the hub. It labels its training texts and new ones, recombined from them, which
are unlabelled text similar to the task's. In published ablations no other step of distillation gains more (TinyBERT;
Jiao et al. 2020, section 4.4). Texts and soft labels never come from the test split.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tinypt.evaluation.finetuning.folds import sentence_groups
from tinypt.evaluation.tasks.table import TaskData
from tinypt.files import atomic_path, verify
from tinypt.runtime.errors import PipelineError

RELATED = 0.5  # share of new pairs whose sentences are linked by training pairs, so that not all pairs are dissimilar


@dataclass(frozen=True)
class TransferTexts:
    """Texts or pairs of texts: those of the training split in its order, then unlabelled ones."""

    first: list[str]
    second: list[str] | None


@dataclass(frozen=True)
class SoftLabels:
    """The teacher's outputs for transfer texts.

    outputs: for each task by name, logits or standardised scores, float64 [rows, outputs].
    """

    texts: TransferTexts
    outputs: dict[str, NDArray[np.float64]]


def transfer_texts(tasks: dict[str, TaskData], recombined: float, seed: int) -> TransferTexts:
    """Collect the training texts of tasks that share them, and `recombined` new texts or pairs per training row.

    A new text has the first words of one training text and the last words of another.

    A new pair takes its first text from one training pair and its second from another. For half of the new pairs the
    two training pairs are linked by shared sentences.

    A text that occurs in the training or the test split of a task is left out, and so is a repetition; likewise a pair,
    in either order. The result may therefore have fewer new ones.
    """
    train, random = next(iter(tasks.values())).train, np.random.default_rng(seed)
    if train.second is None:
        return TransferTexts(_recombine_texts(tasks, round(recombined * len(train)), random), None)
    groups = sentence_groups(train)
    by_group = [np.flatnonzero(groups == group) for group in range(groups.max() + 1)]
    known = {frozenset(pair) for data in tasks.values() for pair in _pairs(data)}
    first, second = list(train.first), list(train.second)
    for _ in range(round(recombined * len(train))):
        one = int(random.integers(len(train)))
        others = by_group[groups[one]] if random.random() < RELATED else np.arange(len(train))
        pair = train.first[one], train.second[int(random.choice(others))]
        if frozenset(pair) not in known:
            known.add(frozenset(pair))
            first.append(pair[0])
            second.append(pair[1])
    return TransferTexts(first, second)


def _recombine_texts(tasks: dict[str, TaskData], number: int, random: np.random.Generator) -> list[str]:
    """The training texts, and up to `number` new ones."""
    texts = list(next(iter(tasks.values())).train.first)
    known = {text for data in tasks.values() for split in (data.train, data.test) for text in split.first}
    words = [found for text in texts if len(found := text.split()) > 1]
    for _ in range(number if words else 0):
        one, other = (words[index] for index in random.integers(len(words), size=2))
        text = " ".join(one[: random.integers(1, len(one))] + other[random.integers(1, len(other)) :])
        if text not in known:
            known.add(text)
            texts.append(text)
    return texts


def soft_labels_path(folder: Path, group: Iterable[str]) -> Path:
    """The file for a group of tasks that are learnt together, in `folder`."""
    return folder / f"{'+'.join(group)}.parquet"


def write_soft_labels(soft_labels: SoftLabels, path: Path) -> None:
    """Write one table with the columns text_a, text_b, and a column of lists for each task."""
    rows = len(soft_labels.texts.first)
    table = {"text_a": soft_labels.texts.first, "text_b": soft_labels.texts.second or pa.nulls(rows, pa.string())}
    table |= {task: pa.array(outputs.tolist(), pa.list_(pa.float64())) for task, outputs in soft_labels.outputs.items()}
    with atomic_path(path) as temporary:
        pq.write_table(pa.table(table), temporary, compression="zstd")


def read_soft_labels(tasks: dict[str, TaskData], path: Path) -> SoftLabels:
    """Read the output of `write_soft_labels` for the same tasks.

    Raises:
        PipelineError: the file is missing, or was written for other training texts or tasks.
    """
    verify(path)
    try:
        columns = pq.read_table(path, columns=["text_a", "text_b", *tasks]).to_pydict()
    except (pa.ArrowException, OSError):
        raise PipelineError(
            f"{path}: no soft labels for {' and '.join(tasks)} here; run `dvc repro soft_labels`"
        ) from None
    train = next(iter(tasks.values())).train
    if columns["text_a"][: len(train)] != train.first:
        raise PipelineError(f"{path}: soft labels for other training texts; run `dvc repro soft_labels` again")
    second = None if train.second is None else columns["text_b"]
    return SoftLabels(TransferTexts(columns["text_a"], second), {task: np.array(columns[task]) for task in tasks})


def _pairs(data: TaskData) -> list[tuple[str, str]]:
    return [pair for split in (data.train, data.test) for pair in zip(split.first, split.second or [], strict=True)]
