"""What every rule did: documents changed and dropped, bytes removed; on labelled noise, how right it was."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tinypt.files import atomic_path

REPAIRS = ("markup", "entities", "mojibake", "urls", "metadata", "lossy_mojibake", "boilerplate")
DROPS = ("too_short", "too_long", "repetition", "language", "letters", "exact_duplicate", "near_duplicate")
# The rules any of which finds a kind of the sample's noise.
FOUND_BY = {
    "markup": ("markup",),
    "entities": ("entities",),
    "mojibake": ("mojibake",),
    "urls": ("urls",),
    "metadata": ("metadata",),
    "boilerplate": ("boilerplate",),
    "repetition": ("repetition",),
    "too_short": ("too_short",),
    "too_long": ("too_long",),
    "foreign": ("language",),
    "exact_duplicates": ("exact_duplicate",),
    "near_duplicates": ("near_duplicate",),
}


@dataclass
class Funnel:
    """Counts, added up document by document."""

    seen: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    dropped_bytes: Counter[str] = field(default_factory=Counter)
    labelled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    rightly_found: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    restored: Counter[str] = field(default_factory=Counter)

    def add(self, raw_bytes: int, text: str, changes: dict[str, int], reason: str | None) -> None:
        """Count one document: its size before, its text after, bytes by repair, and why it was dropped, if it was."""
        size = len(text.encode())
        self.seen.update(documents=1, bytes=raw_bytes)
        self.changed.update(changes.keys())
        self.removed.update(changes)
        if reason is None:
            self.seen.update(documents_out=1, bytes_out=size)
        else:
            self.dropped[reason] += 1
            self.dropped_bytes[reason] += size

    def add_labels(
        self, noise: list[str], original: str, text: str, changes: dict[str, int], reason: str | None
    ) -> None:
        """Compare what was done to a document with the noise that was put into it."""
        acted = {*changes, *([reason] if reason else [])}
        for kind, rules in FOUND_BY.items():
            found, labelled = bool(acted & set(rules)), kind in noise
            self.labelled[kind] += labelled
            self.found[kind] += found
            self.rightly_found[kind] += found and labelled
            if labelled and original:
                self.repaired[kind] += 1
                self.restored[kind] += text == original

    def as_metrics(self) -> dict[str, Any]:
        """The funnel as it stands in metrics/clean.json."""
        metrics: dict[str, Any] = {
            "documents_in": self.seen["documents"],
            "documents_out": self.seen["documents_out"],
            "bytes_in": self.seen["bytes"],
            "bytes_out": self.seen["bytes_out"],
            "repairs": {rule: {"documents": self.changed[rule], "bytes": self.removed[rule]} for rule in REPAIRS},
            "drops": {rule: {"documents": self.dropped[rule], "bytes": self.dropped_bytes[rule]} for rule in DROPS},
        }
        if self.labelled:
            metrics["noise"] = {kind: self._noise(kind) for kind in FOUND_BY if self.labelled[kind]}
        return metrics

    def _noise(self, kind: str) -> dict[str, float]:
        right = self.rightly_found[kind]
        scores = {"precision": right / max(self.found[kind], 1), "recall": right / self.labelled[kind]}
        if self.repaired[kind]:
            scores["restored"] = self.restored[kind] / self.repaired[kind]
        return scores


def write_funnel(metrics: dict[str, Any], path: Path) -> None:
    """Write the dropping rules, in order, as CSV: rule, documents dropped by it, documents left after it."""
    left = metrics["documents_in"]
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rule", "documents_dropped", "documents_left"])
        for rule, counts in metrics["drops"].items():
            left -= counts["documents"]
            writer.writerow([rule, counts["documents"], left])
