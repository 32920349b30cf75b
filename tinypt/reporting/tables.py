"""Tables of the report and of the model card: rows of text, written as Markdown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tinypt.reporting.results import Number, Score, flatten

TITLES = {
    "mlm": "Masked language modelling",
    "assin2_similarity": "ASSIN2 similarity",
    "assin2_entailment": "ASSIN2 entailment",
    "tweetsentbr": "TweetSentBR",
    "teacher": "teacher",
    "base": "base (original BERT-tiny)",
    "untrained": "untrained (random weights)",
    "frozen": "frozen",
    "finetune": "fine-tuned",
    "task_distillation": "taught by the teacher",
    "pearson": "Pearson",
    "mse": "MSE",
    "f1": "macro-F1",
    "loss": "loss, nats per masked piece",
    "accuracy": "accuracy",
    "words accuracy": "words right",
    "words accuracy_at_5": "words right within five guesses",
    "words bits_per_character": "bits per character",
    "constant": "no model: constant answer",
    "word_jaccard": "no model: word overlap (Jaccard)",
    "overlap_features": "no model: SVM on 12 overlap features",
    "char_ngrams": "no model: linear, on character n-grams",
}
BLANK = "–"


@dataclass(frozen=True)
class Table:
    """A table: one header and rows of as many cells, with notes that belong below it.

    best: (row, column) of the cells to stand out. words: columns that hold text, set to the left as the first is.
    """

    title: str
    header: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    best: frozenset[tuple[int, int]] = frozenset()
    words: frozenset[int] = frozenset({0})

    def markdown(self) -> str:
        """The table as GitHub's Markdown, text to the left and numbers to the right, notes below."""
        rows = [
            [f"**{cell}**" if (number, place) in self.best else cell for place, cell in enumerate(row)]
            for number, row in enumerate(self.rows)
        ]
        sides = [":--" if place in self.words else "--:" for place in range(len(self.header))]
        lines = [_line(self.header), _line(sides), *map(_line, rows)]
        return "\n".join(lines) + "".join(f"\n\n{note}" for note in self.notes) + "\n"


def counts_tables(title: str, scores: Mapping[str, Any]) -> list[Table]:
    """Any metrics file as it stands: what maps names to numbers by name becomes a grid, the rest a list."""
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
    """What a reader is shown for a name in the files."""
    return TITLES.get(name, name.replace("_", " ").replace(".", ": "))


def metric_label(section: str, metric: str) -> str:
    """The label of a language metric."""
    return label(metric if section == "mlm" else f"{section} {metric}")


def show(score: Number | None, digits: int = 4) -> str:
    """A number for a table: counts in full, fractions to so many digits."""
    if score is None:
        return BLANK
    return f"{score:,}" if isinstance(score, int) else f"{score:.{digits}f}"


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
