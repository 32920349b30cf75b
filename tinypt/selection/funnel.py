"""What every rule dropped; on labelled noise, how rightly."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from tinypt.corpus.shards import list_shards, read_shard
from tinypt.files import atomic_path
from tinypt.selection.select import Decisions

UNITS = ("documents", "bytes", "words")
# The repairs and rules any of which finds a kind of the sample's noise.
FOUND_BY = {
    "markup": ("markup",),
    "entities": ("entities",),
    "mojibake": ("mojibake",),
    "urls": ("urls",),
    "metadata": ("metadata",),
    "boilerplate": ("boilerplate",),
    "repetition": ("duplicate_lines", "repeated_words"),
    "too_short": ("too_short",),
    "too_long": ("too_long",),
    "foreign": ("language",),
    "exact_duplicates": ("exact_duplicate",),
    "near_duplicates": ("near_duplicate",),
}


def drops(measures: Path, decisions: Decisions) -> dict[str, Any]:
    """What the rules dropped, as in metrics/select.json; on labelled noise also how rightly."""
    kinds = len(decisions.names) + 1
    totals = np.zeros((kinds, len(UNITS)), dtype=np.int64)
    labels, start = Labels(), 0
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


class Labels:
    """Labelled noise against what was done about it, added up document by document."""

    def __init__(self) -> None:
        """Start with none seen."""
        self.labelled, self.found, self.rightly = Counter[str](), Counter[str](), Counter[str]()
        self.repaired, self.restored = Counter[str](), Counter[str]()

    def add(self, noise: list[str], changes: set[str], reason: str | None, restored: bool | None) -> None:
        """Compare what was done to a document with the noise that was put into it.

        `restored` says whether its text is again what it was before the noise, None where nothing could restore it.
        """
        for kind, rules in FOUND_BY.items():
            found, labelled = bool((changes | {reason}) & set(rules)), kind in noise
            self.labelled[kind] += labelled
            self.found[kind] += found
            self.rightly[kind] += found and labelled
            if labelled and restored is not None:
                self.repaired[kind] += 1
                self.restored[kind] += restored

    def scores(self) -> dict[str, dict[str, float]]:
        """Precision and recall of every kind that occurs and, where it is repaired, the share fully restored."""
        return {kind: self._scores(kind) for kind in FOUND_BY if self.labelled[kind]}

    def _scores(self, kind: str) -> dict[str, float]:
        right = self.rightly[kind]
        scores = {"precision": right / max(self.found[kind], 1), "recall": right / self.labelled[kind]}
        if self.repaired[kind]:
            scores["restored"] = self.restored[kind] / self.repaired[kind]
        return scores


def write_funnel(metrics: dict[str, Any], path: Path) -> None:
    """Write the dropping rules, in order, as CSV: what each dropped, and what is left after it."""
    left = {unit: metrics[f"{unit}_in"] for unit in UNITS}
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rule", *(f"{unit}_dropped" for unit in UNITS), *(f"{unit}_left" for unit in UNITS)])
        for rule, dropped in metrics["drops"].items():
            left = {unit: left[unit] - dropped[unit] for unit in UNITS}
            writer.writerow([rule, *dropped.values(), *left.values()])
