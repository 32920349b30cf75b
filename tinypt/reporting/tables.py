"""Tables of the report and of the model card, as rows of text that are written as Markdown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tinypt.files import flatten
from tinypt.reporting.results import Number, Score
from tinypt.runtime.errors import visible

TITLES = {
    "mlm": "Masked language modelling",
    "assin2_similarity": "ASSIN2 similarity",
    "assin2_entailment": "ASSIN2 entailment",
    "tweetsentbr": "TweetSentBR",
    "tweetsentbr_75shot": "TweetSentBR, 75-shot",
    "hatebr": "HateBR",
    "teacher": "teacher",
    "base": "base (original BERT-tiny)",
    "untrained": "untrained (random weights)",
    "frozen": "frozen",
    "finetune_matched": "fine-tuned, matched head",
    "finetune_cls": "fine-tuned, cls head",
    "task_distillation_matched": "task distillation, matched head",
    "task_distillation_cls": "task distillation, cls head",
    "pearson": "Pearson",
    "mse": "MSE",
    "f1": "macro-F1",
    "loss": "loss, nats per masked word piece",
    "accuracy": "accuracy",
    "words accuracy": "word accuracy",
    "words accuracy_at_5": "word accuracy within five guesses",
    "words bits_per_character": "bits per character",
    "constant": "baseline: constant answer",
    "word_jaccard": "baseline: word overlap (Jaccard)",
    "overlap_features": "baseline: SVM on 12 overlap features",
    "char_ngrams": "baseline: linear model on character n-grams",
}
BLANK = "–"


@dataclass(frozen=True)
class Table:
    """A table: a header, rows of as many cells, and notes that go below it.

    best: (row, column) of the cells in bold. text: columns that hold text and are aligned left.
    """

    title: str
    header: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    best: frozenset[tuple[int, int]] = frozenset()
    text: frozenset[int] = frozenset({0})

    def markdown(self) -> str:
        """The table in GitHub's Markdown, with numbers aligned right and the notes below."""
        rows = [
            [f"**{cell}**" if (number, place) in self.best else cell for place, cell in enumerate(row)]
            for number, row in enumerate(self.rows)
        ]
        sides = [":--" if place in self.text else "--:" for place in range(len(self.header))]
        lines = [_line(self.header), _line(sides), *map(_line, rows)]
        return "\n".join(lines) + "".join(f"\n\n{note}" for note in self.notes) + "\n"


def counts_tables(title: str, scores: Mapping[str, Any]) -> list[Table]:
    """Tables of any metrics file: a grid for each mapping of mappings, and a list of the other numbers."""
    grids = {
        key: part
        for key, part in scores.items()
        if isinstance(part, Mapping) and part and all(isinstance(item, Mapping) for item in part.values())
    }
    plain = flatten({key: part for key, part in scores.items() if key not in grids})
    tables = [Table(title, ["", "value"], [[label(key), show(item)] for key, item in plain.items()])] if plain else []
    for name, grid in grids.items():
        rows = {key: flatten(part) for key, part in grid.items()}
        columns = list(dict.fromkeys(column for row in rows.values() for column in row))
        cells = [[label(key), *(show(row.get(column)) for column in columns)] for key, row in rows.items()]
        tables.append(Table(f"{title}: {label(name)}", ["", *map(label, columns)], cells))
    return tables


def label(name: str) -> str:
    """The text that the report shows for a name in the files."""
    return TITLES.get(name) or plain(name.replace("_", " ").replace(".", ": "))


def plain(text: str) -> str:
    """Text from data or files as Markdown that shows it verbatim, in one line: no tags, links, emphasis or mentions."""
    escaped = re.sub(r"[\\`*\[\]~$]", r"\\\g<0>", visible(" ".join(text.split())))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@<!-- -->")


def metric_label(section: str, metric: str) -> str:
    """The label of a language metric."""
    return label(metric if section == "mlm" else f"{section} {metric}")


def show(score: Number | None, digits: int = 4) -> str:
    """A number for a table: whole numbers in full, fractions with `digits` decimals, BLANK for None."""
    if score is None:
        return BLANK
    return f"{score:,}" if isinstance(score, int) else f"{score:.{digits}f}"


def signed(number: float, digits: int = 3) -> str:
    """A difference with its sign; a minus is U+2212, as wide as a plus."""
    return f"{number:+.{digits}f}".replace("-", "−")


def show_score(score: Score | None, digits: int = 4) -> str:
    """A score with its interval, or with its standard deviation over seeds, where either is known."""
    if score is None:
        return BLANK
    text = show(score.value, digits)
    if score.low is None or score.high is None:
        return text
    if score.deviation:
        return f"{text} ± {show((score.high - score.low) / 2, digits)}"
    return f"{text} [{score.low:.3f}, {score.high:.3f}]"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
