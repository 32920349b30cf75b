"""What cleaning dropped: the funnel as a table, and examples of what every rule took out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tinypt.reporting.columns import read_columns
from tinypt.reporting.tables import Table, label, show
from tinypt.runtime.errors import PipelineError

EXAMPLES = 3  # of each rule
LENGTH = 300  # characters of an example
Funnel = Sequence[tuple[str, int]]


def read_funnel(path: Path) -> Funnel:
    """How many documents are left after each rule, beginning with all of them, from metrics/funnel.csv.

    Raises:
        PipelineError: it is missing, empty, or holds what is no count.
    """
    columns = read_columns(path, "select", ("rule", "documents_dropped", "documents_left"))
    try:
        dropped, left = ([int(cell) for cell in columns[f"documents_{what}"]] for what in ("dropped", "left"))
    except ValueError:
        raise PipelineError(f"{path}: holds what is no count; run `dvc repro select` again") from None
    if not left:
        raise PipelineError(f"{path}: is empty; run `dvc repro select` again")
    return [("raw", dropped[0] + left[0]), *zip(columns["rule"], left, strict=True)]


def read_examples(path: Path) -> dict[str, list[str]]:
    """The first EXAMPLES texts of each rule in data/select/examples.jsonl, cut to LENGTH characters, in its order.

    Raises:
        PipelineError: it is missing, or a line is not what the `select` stage writes.
    """
    if not path.is_file():
        raise PipelineError(f"{path}: no such file; run `dvc repro select`, which writes it")
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                example = json.loads(line)
                rule, text = str(example["rule"]), str(example["text"])
            except (ValueError, KeyError, TypeError):
                raise PipelineError(f"{path}: line {number} is no example; run `dvc repro select` again") from None
            texts = found.setdefault(rule, [])
            if len(texts) < EXAMPLES:
                texts.append(text[:LENGTH] + " …" if len(text) > LENGTH else text)
    return found


def funnel_table(funnel: Funnel) -> Table:
    """How many documents each rule dropped, and how many were left after it."""
    first = max(1, funnel[0][1])
    rows, before = [], funnel[0][1]
    for rule, left in funnel:
        rows.append([label(rule), show(before - left), show(left), f"{left / first:.1%}"])
        before = left
    return Table("", ["cleaning rule", "documents dropped", "documents left", "share left"], rows)


def examples_markdown(examples: Mapping[str, Sequence[str]]) -> str:
    """A fold for each rule with its examples as they stand, whatever signs are in them."""
    folds = []
    for rule, texts in examples.items():
        blocks = "\n\n".join(fenced(text) for text in texts)
        summary = f"<summary>Dropped as {label(rule)}: {len(texts)} examples</summary>"
        folds.append(f"<details>\n{summary}\n\n{blocks}\n\n</details>")
    return "\n\n".join(folds)


def fenced(text: str, language: str = "text") -> str:
    """Text as a Markdown code block, fenced by more backticks than it holds in a row."""
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{language}\n{text}\n{ticks}"
