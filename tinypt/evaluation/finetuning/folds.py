"""Folds of a training split that share no sentence.

ASSIN2 repeats its sentences: four of five training pairs also occur with their texts exchanged. Selection on pairs
whose sentences were seen in training would reward memorisation. Folds that share no sentence differ from each other as
much as the official test set differs from the training set.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import GroupKFold

from tinypt.evaluation.tasks.table import Split
from tinypt.runtime.errors import PipelineError

Rows = NDArray[np.int64]


def sentence_groups(split: Split) -> Rows:
    """Number of each row's group, int64 [rows]. Rows are in one group if a chain of shared texts links them.

    Texts are compared in lower case and with white space normalised.
    """
    sides = [[" ".join(text.lower().split()) for text in side] for side in (split.first, split.second) if side]
    number_of = {text: number for number, text in enumerate(dict.fromkeys(text for side in sides for text in side))}
    rows = len(split)
    texts = np.array([number_of[text] + rows for side in sides for text in side])
    owners = np.tile(np.arange(rows), len(sides))
    nodes = rows + len(number_of)
    graph = coo_array((np.ones(len(owners), dtype=np.int8), (owners, texts)), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, directed=False)[1][:rows], dtype=np.int64)


def grouped_folds(split: Split, folds: int, rows: int | None, seed: int) -> list[tuple[Rows, Rows]]:
    """Divide a split into `folds` folds of about equal size that share no sentence.

    Args:
        split: the rows to divide.
        folds: number of folds, at least 2.
        rows: smallest number of rows to use: random whole groups are added until it is reached. None for all rows.
        seed: of the choice of groups.

    Returns:
        For each fold the row numbers to train on, and those to score.

    Raises:
        PipelineError: there are fewer groups than folds.
    """
    groups = sentence_groups(split)
    order = np.random.default_rng(seed).permutation(groups.max() + 1)
    sizes = np.bincount(groups)[order]
    needed = len(order) if rows is None else int(np.searchsorted(np.cumsum(sizes), rows)) + 1
    chosen = np.flatnonzero(np.isin(groups, order[:needed]))
    found = len(np.unique(groups[chosen]))
    if found < folds:
        raise PipelineError(
            f"the training rows fall into {found} groups that share no sentence, fewer than evaluate.finetune.folds "
            f"({folds}): no rate can be chosen; give a single rate in evaluate.finetune.learning_rates"
        )
    splitter = GroupKFold(n_splits=folds).split(chosen, groups=groups[chosen])
    return [(chosen[train], chosen[held_out]) for train, held_out in splitter]
