"""The documents that each rule drops and, with labelled noise, how well each kind of noise is found."""

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tinypt.corpus.shards import list_shards, read_shard
from tinypt.files import atomic_path
from tinypt.params.select import Rule
from tinypt.selection.select import Decisions

UNITS = ("documents", "bytes", "words")
# The finders of each kind of the sample's noise. Repairs and duplicate searches are given by name, rules by the
# statistic and the bound they set, since their names are free.
FOUND_BY: dict[str, tuple[str | tuple[str, str], ...]] = {
    "markup": ("markup",),
    "entities": ("entities",),
    "mojibake": ("mojibake",),
    "urls": ("urls",),
    "metadata": ("metadata",),
    "boilerplate": ("boilerplate",),
    "repetition": (("duplicate_lines", "max"), ("repeated_words", "max")),
    "too_short": (("words", "min"),),
    "too_long": (("words", "max"),),
    "foreign": (("stop_words", "min"),),
    "exact_duplicates": ("exact_duplicate",),
    "near_duplicates": ("near_duplicate",),
}


def drops(measures: Path, decisions: Decisions, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Count the documents, bytes and words that each rule dropped, and score the search for labelled noise.

    Args:
        measures: folder with the shards of measures.
        decisions: the decisions on their documents.
        rules: the rules behind the decisions.

    Returns:
        The content of metrics/select.json.
    """
    kinds = len(decisions.names) + 1
    totals = np.zeros((kinds, len(UNITS)), dtype=np.int64)
    labels, start = Labels(finders(rules)), 0
    for shard in list_shards(measures):
        for batch in read_shard(shard):
            reason = decisions.reason[start : start + len(batch)]
            start += len(batch)
            totals[:, 0] += np.bincount(reason, minlength=kinds)
            for unit, name in enumerate(UNITS[1:], start=1):
                weights = batch.column(name).to_numpy().astype(np.float64)
                totals[:, unit] += np.bincount(reason, weights, kinds).astype(np.int64)
            if "noise" in batch.schema.names:
                named = [*decisions.names, None]
                rows = batch.select(["noise", "changes", "restored"]).to_pylist()
                for row, place in zip(rows, reason.tolist(), strict=True):
                    labels.add(row["noise"], {repair for repair, _ in row["changes"]}, named[place], row["restored"])
    metrics: dict[str, Any] = {
        **{f"{unit}_in": int(totals[:, place].sum()) for place, unit in enumerate(UNITS)},
        **{f"{unit}_out": int(totals[-1, place]) for place, unit in enumerate(UNITS)},
        "drops": {
            name: dict(zip(UNITS, map(int, row), strict=True))
            for name, row in zip(decisions.names, totals[:-1], strict=True)
        },
    }
    if labels.labelled:
        metrics["noise"] = labels.scores()
    return metrics


def finders(rules: Mapping[str, Rule]) -> dict[str, set[str]]:
    """For each kind of noise, the names of the repairs and rules that look for it.

    A rule with both bounds looks for documents on either side: a decision does not record which bound was broken.
    A kind that nothing looks for has no finder, and so a recall of 0.
    """
    names: dict[str | tuple[str, str], set[str]] = {}
    for name, rule in rules.items():
        for side, bound in (("min", rule.min), ("max", rule.max)):
            if bound is not None:
                names.setdefault((rule.statistic, side), set()).add(name)
    return {
        kind: {name for key in keys for name in ({key} if isinstance(key, str) else names.get(key, set()))}
        for kind, keys in FOUND_BY.items()
    }


class Labels:
    """Labelled noise compared with the repairs and decisions, added up document by document."""

    def __init__(self, finders: Mapping[str, set[str]]) -> None:
        """Start with no document; `finders` names the repairs and rules that look for each kind of noise."""
        self.finders = finders
        self.labelled, self.found, self.rightly = Counter[str](), Counter[str](), Counter[str]()
        self.repaired, self.restored = Counter[str](), Counter[str]()

    def add(self, noise: list[str], changes: set[str], reason: str | None, restored: bool | None) -> None:
        """Add one document.

        Args:
            noise: kinds of noise that were put into it.
            changes: repairs that changed it.
            reason: rule that dropped it; None if it stays.
            restored: whether its text is again the one before the noise; None for noise that no repair can undo.
        """
        for kind, names in self.finders.items():
            found, labelled = bool((changes | {reason}) & names), kind in noise
            self.labelled[kind] += labelled
            self.found[kind] += found
            self.rightly[kind] += found and labelled
            if labelled and restored is not None:
                self.repaired[kind] += 1
                self.restored[kind] += restored

    def scores(self) -> dict[str, dict[str, float]]:
        """Precision and recall of each kind that occurs; for kinds that can be repaired, the share fully restored."""
        return {kind: self._scores(kind) for kind in self.finders if self.labelled[kind]}

    def _scores(self, kind: str) -> dict[str, float]:
        right = self.rightly[kind]
        scores = {"precision": right / max(self.found[kind], 1), "recall": right / self.labelled[kind]}
        if self.repaired[kind]:
            scores["restored"] = self.restored[kind] / self.repaired[kind]
        return scores


def write_funnel(metrics: dict[str, Any], path: Path) -> None:
    """Write a CSV with a row for each rule, in order: the documents, bytes and words dropped and left."""
    left = {unit: metrics[f"{unit}_in"] for unit in UNITS}
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rule", *(f"{unit}_dropped" for unit in UNITS), *(f"{unit}_left" for unit in UNITS)])
        for rule, dropped in metrics["drops"].items():
            left = {unit: left[unit] - dropped[unit] for unit in UNITS}
            writer.writerow([rule, *dropped.values(), *left.values()])
