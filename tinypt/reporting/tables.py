"""Tables of the report and of the model card: rows of text, written as Markdown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tinypt.reporting.published import PUBLISHED
from tinypt.reporting.results import (
    PROTOCOLS,
    Results,
    Scores,
    flatten,
    gap_recovered,
    is_task,
    metrics_of,
    number,
    value,
)

TITLES = {
    "mlm": "Masked language modelling",
    "assin2_similarity": "ASSIN2 similarity",
    "assin2_entailment": "ASSIN2 entailment",
    "tweetsentbr": "TweetSentBR",
    "teacher": "teacher",
    "base": "base (original BERT-tiny)",
    "floor": "floor (random weights)",
    "frozen": "frozen",
    "finetune": "fine-tuned",
    "pearson": "Pearson",
    "mse": "MSE",
    "f1": "macro-F1",
    "loss": "loss, nats per masked piece",
    "accuracy": "accuracy",
    "words accuracy": "words right",
    "words bits_per_character": "bits per character",
    "constant": "no model: constant answer",
    "word_jaccard": "no model: word overlap (Jaccard)",
    "overlap_features": "no model: SVM on 12 overlap features",
    "char_ngrams": "no model: linear, on character n-grams",
}
BLANK = "–"


@dataclass(frozen=True)
class Table:
    """A table: one header and rows of as many cells, with notes that belong below it."""

    title: str
    header: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """The table as GitHub's Markdown, first column to the left and the others to the right, notes below."""
        lines = [_line(self.header), _line([":--", *("--:" for _ in self.header[1:])]), *map(_line, self.rows)]
        return "\n".join(lines) + "".join(f"\n\n{note}" for note in self.notes) + "\n"


def mlm_table(results: Results) -> Table:
    """How well each model predicts held-out words: everything evaluate.json holds beside the tasks, counts left out."""
    keys: dict[tuple[str, str], None] = {}
    for scores in results.models.values():
        for section, part in scores.items():
            if not is_task(part):
                keys |= {(section, name): None for name, score in flatten(part).items() if isinstance(score, float)}
    columns = _published_columns("mlm")
    header = ["model", *(label(name if section == "mlm" else f"{section} {name}") for section, name in keys), *columns]
    rows = []
    for model, scores in results.models.items():
        own = [show(number(scores, section, *name.split("."))) for section, name in keys]
        rows.append([label(model), *own, *_published("mlm", model)])
    return Table(label("mlm"), header, rows, _notes("mlm"))


def task_table(results: Results, task: str) -> Table:
    """One task: every model under both protocols, the gap each set recovers, the floors, what was published."""
    metrics = metrics_of(results, task)
    pairs = [(protocol, metric) for protocol in PROTOCOLS for metric in metrics]
    header = ["model", *(f"{label(protocol)}: {label(metric)}" for protocol, metric in pairs)]
    header += [f"{label(protocol)}: gap recovered" for protocol in PROTOCOLS] + _published_columns(task)
    rows = []
    for model, scores in results.models.items():
        cells = [show_score(scores, task, protocol, metric) for protocol, metric in pairs]
        cells += [show_share(gap_recovered(results, model, task, protocol, metrics[0])) for protocol in PROTOCOLS]
        rows.append([label(model), *cells, *_published(task, model)])
    for name, floor in results.floors(task).items():
        cells = [show(number(floor, metric)) for _, metric in pairs]
        rows.append([label(name), *cells, *[BLANK] * (len(header) - 1 - len(cells))])
    return Table(label(task), header, rows, _notes(task))


def distill_table(results: Results) -> Table:
    """What distill.json says of each set, key by key."""
    flat = {name: flatten(scores) for name, scores in results.distill.items()}
    keys = list(dict.fromkeys(key for scores in flat.values() for key in scores))
    rows = [[name, *(show(scores.get(key)) for key in keys)] for name, scores in flat.items()]
    return Table("Training", ["set", *map(label, keys)], rows)


def counts_tables(title: str, scores: Scores) -> list[Table]:
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


def show(score: float | int | None) -> str:
    """A number for a table: counts in full, fractions to 4 digits."""
    if score is None:
        return BLANK
    return f"{score:,}" if isinstance(score, int) else f"{score:.4f}"


def show_score(scores: Scores, task: str, protocol: str, metric: str) -> str:
    """A score, with its interval where there is one, or its standard deviation over seeds where there were several."""
    low, high = (number(scores, task, protocol, f"{metric}_{bound}") for bound in ("low", "high"))
    deviation = number(scores, task, protocol, f"{metric}_sd")
    seeds = number(scores, task, protocol, "seeds")
    text = show(value(scores, task, protocol, metric))
    if low is not None and high is not None:
        return f"{text} [{low:.3f}, {high:.3f}]"
    return text if deviation is None or seeds == 1 else f"{text} ± {show(deviation)}"


def show_share(share: float | None) -> str:
    """A share as a percentage."""
    return BLANK if share is None else f"{share:.0%}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _published_columns(measurement: str) -> list[str]:
    if measurement not in PUBLISHED:
        return ["published"]
    metric = label(PUBLISHED[measurement].metric).split(",")[0]
    return [", ".join(filter(None, [f"published {metric}", table])) for table in PUBLISHED[measurement].columns]


def _published(measurement: str, model: str) -> list[str]:
    if measurement not in PUBLISHED:
        return [BLANK]
    return [show(column.get(model)) for column in PUBLISHED[measurement].columns.values()]


def _notes(measurement: str) -> list[str]:
    if measurement not in PUBLISHED:
        return []
    published = PUBLISHED[measurement]
    notes = [f"Published values do not compare with ours directly. {published.caveat}"]
    if published.anchors:
        anchors = "; ".join(f"{what} {score}" for what, score in published.anchors)
        notes.append(f"For orientation, on the official data: {anchors}.")
    return notes
