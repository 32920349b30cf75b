"""The official file formats of ASSIN2 and TweetSentBR."""

import math
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.params.tasks import REGRESSION_KINDS, Kind
from tinypt.runtime.errors import PipelineError

ENTAILMENT = ("Entailment", "None")
SENTIMENT = {"-1": "negative", "0": "neutral", "1": "positive"}
UNDECIDED = "-"  # label of rows on which the annotators did not agree; they belong to no split
Skipped = dict[str, int]


def read_assin2(train: Path, test: Path, kind: Kind) -> tuple[TaskData, Skipped]:
    """Read ASSIN2's XML: similarity scores for pair_regression, entailment for pair_classification.

    The official ids repeat across splits, so the split's name is added to them.

    Returns:
        The data, and an empty count of skipped rows, since no row is skipped.

    Raises:
        PipelineError: a file is missing or malformed, or a pair lacks a text, an id or a valid label.
    """
    return TaskData(_read_assin2_split(train, "train", kind), _read_assin2_split(test, "test", kind)), {}


def _read_assin2_split(path: Path, split: str, kind: Kind) -> Split:
    try:
        root = ElementTree.parse(path).getroot()
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file") from None
    except ElementTree.ParseError as error:
        raise PipelineError(f"{path}: not complete XML ({error})") from None
    if root.tag != "entailment-corpus":
        raise PipelineError(f"{path}: not ASSIN2: its root is <{root.tag}>, not <entailment-corpus>")
    ids, first, second, scores, classes = [], [], [], [], []
    for number, pair in enumerate(root.iter("pair"), start=1):
        id, where = pair.get("id"), f"{path}: pair {pair.get('id', f'number {number}')}"
        texts = [(pair.findtext(tag) or "").strip() for tag in ("t", "h")]
        if id is None or not all(texts):
            raise PipelineError(f"{where} lacks {'its id' if id is None else 'one of its texts'}")
        ids.append(f"{split}-{id}")
        first.append(texts[0])
        second.append(texts[1])
        if kind in REGRESSION_KINDS:
            scores.append(_similarity(pair.get("similarity"), where))
        else:
            classes.append(_entailment(pair.get("entailment"), where))
    return Split(ids, first, second, scores if kind in REGRESSION_KINDS else classes)


def _similarity(value: str | None, where: str) -> float:
    try:
        score = float(value or "")
    except ValueError:
        score = math.nan
    if not 1 <= score <= 5:
        raise PipelineError(f"{where}: similarity must be a number from 1 to 5, is {value!r}")
    return score


def _entailment(value: str | None, where: str) -> str:
    value = value and value.strip()
    if value not in ENTAILMENT:
        raise PipelineError(f"{where}: entailment must be {' or '.join(ENTAILMENT)}, is {value!r}")
    return value


def read_tweetsentbr(index: Path, texts: Path) -> tuple[TaskData, Skipped]:
    """Join TweetSentBR's index with a table of texts.

    Ids are kept as strings because they exceed the precision of a float.

    Args:
        index: tab-separated without header: id, hashtag, votes, hard, label, split. Rows that the annotators left
            undecided have the label `-` and no split.
        texts: tab-separated with a header that names at least `id` and `text`.

    Returns:
        The data, and counts of skipped rows: `undecided` rows of the index, rows of the index with `no_text`, and texts
        that are `not_in_index`.

    Raises:
        PipelineError: a file is missing, or a row has the wrong number of fields, an unknown label or split, or a
            repeated id.
    """
    text_of = _read_texts(texts)
    rows: dict[str, list[tuple[str, str, str]]] = {"train": [], "test": []}
    skipped = Counter({"undecided": 0, "no_text": 0, "not_in_index": 0})
    known = set()
    for number, fields in _tsv_rows(index):
        where = f"{index}: line {number}"
        if fields[4:] == [UNDECIDED]:
            skipped["undecided"] += 1
            known.add(fields[0])
            continue
        if len(fields) != 6:
            raise PipelineError(f"{where} has {len(fields)} fields, not the 6 of TweetSentBR's index")
        id, label, split = fields[0], fields[4].strip(), fields[5].strip()
        if label not in SENTIMENT or split not in rows:
            raise PipelineError(
                f"{where}: label must be -1, 0 or 1 and split train or test, are {label!r} and {split!r}"
            )
        if id in known:
            raise PipelineError(f"{where}: the id {id} occurs twice")
        known.add(id)
        if id in text_of:
            rows[split].append((id, text_of[id], SENTIMENT[label]))
        else:
            skipped["no_text"] += 1
    skipped["not_in_index"] = len(text_of.keys() - known)
    return TaskData(_tweets("train", rows["train"]), _tweets("test", rows["test"])), dict(skipped)


def _tweets(split: str, rows: list[tuple[str, str, str]]) -> Split:
    ids, texts, labels = [[row[column] for row in rows] for column in range(3)]
    return Split([f"{split}-{id}" for id in ids], texts, None, labels)


def _read_texts(path: Path) -> dict[str, str]:
    """Texts by id, without blank ones."""
    rows = _tsv_rows(path)
    _, header = next(rows, (0, [""]))
    if "id" not in header or "text" not in header:
        raise PipelineError(f"{path}: its first line must name the columns, including `id` and `text`")
    id_column, text_column = header.index("id"), header.index("text")
    texts: dict[str, str] = {}
    for number, fields in rows:
        if len(fields) != len(header):
            raise PipelineError(f"{path}: line {number} has {len(fields)} fields, its header {len(header)}")
        id, text = fields[id_column], fields[text_column].strip()
        if id in texts:
            raise PipelineError(f"{path}: line {number}: the id {id} occurs twice")
        if text:
            texts[id] = text
    return texts


def _tsv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of a tab-separated file without quoting. Only a line feed ends a line."""
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                yield number, line.rstrip("\r\n").split("\t")
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise PipelineError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None
