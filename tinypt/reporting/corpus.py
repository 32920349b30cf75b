"""The corpus section of the report: documents left after each cleaning rule, and examples of dropped documents."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tinypt.files import verify
from tinypt.reporting.csv_columns import read_columns
from tinypt.reporting.tables import Table, label, show
from tinypt.runtime.errors import PipelineError

MAX_EXAMPLES = 3  # per rule
MAX_LENGTH = 300  # characters per example
Funnel = Sequence[tuple[str, int]]  # (rule, documents left after it), the first being all documents


def read_funnel(path: Path) -> Funnel:
    """Read metrics/funnel.csv: the number of documents left after each rule, beginning with all documents.

    Raises:
        PipelineError: as `read_columns`, or a count is not a number.
    """
    columns = read_columns(path, "select", ("rule", "documents_dropped", "documents_left"))
    try:
        dropped, left = ([int(cell) for cell in columns[f"documents_{name}"]] for name in ("dropped", "left"))
    except ValueError:
        raise PipelineError(f"{path}: counts must be whole numbers; run `dvc repro select` again") from None
    return [("raw", dropped[0] + left[0]), *zip(columns["rule"], left, strict=True)]


def read_examples(path: Path) -> dict[str, list[str]]:
    """Read data/select/examples.jsonl: the first MAX_EXAMPLES texts of each rule, cut to MAX_LENGTH characters.

    Raises:
        PipelineError: the file is missing, or a line has another form than the `select` stage writes.
    """
    if not path.is_file():
        raise PipelineError(f"{path}: no such file; run `dvc repro select`, which writes it")
    verify(path)
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                example = json.loads(line)
                rule, text = str(example["rule"]), str(example["text"])
            except (ValueError, KeyError, TypeError):
                raise PipelineError(f"{path}: line {number} is not an example; run `dvc repro select` again") from None
            texts = found.setdefault(rule, [])
            if len(texts) < MAX_EXAMPLES:
                texts.append(text[:MAX_LENGTH] + " …" if len(text) > MAX_LENGTH else text)
    return found


def funnel_table(funnel: Funnel) -> Table:
    """The number of documents that each rule dropped, and the number left after it."""
    first = max(1, funnel[0][1])
    rows, before = [], funnel[0][1]
    for rule, left in funnel:
        rows.append([label(rule), show(before - left), show(left), f"{left / first:.1%}"])
        before = left
    return Table("", ["cleaning rule", "documents dropped", "documents left", "share left"], rows)


def examples_markdown(examples: Mapping[str, Sequence[str]]) -> str:
    """A collapsible section for each rule, with its examples verbatim."""
    folds = []
    for rule, texts in examples.items():
        blocks = "\n\n".join(fenced(text) for text in texts)
        summary = f"<summary>Dropped as {label(rule)}: {len(texts)} examples</summary>"
        folds.append(f"<details>\n{summary}\n\n{blocks}\n\n</details>")
    return "\n\n".join(folds)


def fenced(text: str, language: str = "text") -> str:
    """Text as a Markdown code block. The fence is longer than any run of backticks in the text."""
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{language}\n{text}\n{ticks}"
