"""The `hub` source: a data set on the Hugging Face hub, or a local folder in its layout, read file by file."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from tinypt.corpus.data_set import DataSet
from tinypt.corpus.encodings import explain_folder
from tinypt.corpus.files import check_form
from tinypt.corpus.records import NAMES, Record, from_mapping
from tinypt.params.corpus import HubCorpus
from tinypt.runtime.errors import PipelineError, environment_fault
from tinypt.runtime.hub import hub_faults


class HubStream:
    """The rows of a split, in order. Each data file is downloaded, and compared with its hash, when its turn comes.

    For gated data sets, the hub's libraries read a token from HF_TOKEN. With HF_HUB_OFFLINE=1, the data set is read
    from the hub's cache, which `hf download` fills; the message of a cold cache gives the whole command.
    """

    def __init__(self, corpus: HubCorpus, skipped: Counter[str], start: dict[str, Any] | None = None) -> None:
        """Open the data set.

        Args:
            corpus: the data set.
            skipped: counts the rows without text.
            start: position to begin at, from `position`. Data files before it are not opened again, and earlier rows
                of its own file are skipped without being built.

        Raises:
            PipelineError: the data set, configuration, split or column does not exist, access must be requested, or
                the data set is a loading script, which `datasets` no longer runs.
        """
        import datasets  # imported here because it is slow and only this source needs it

        datasets.disable_progress_bars()
        self.corpus, self.skipped, self.row = corpus, skipped, start["row"] if start else 0
        self._file = start["file"] if start else 0
        with _named_faults(corpus):
            self._data = DataSet(corpus.id, corpus.configuration, corpus.revision, corpus.split)
            if corpus.split not in self._data.files:
                raise ValueError(f"no split {corpus.split}; it has {', '.join(self._data.files)}")
            self._files = self._data.files[corpus.split]
            self._stream = self._open()
        split = (self._stream.info.splits or {}).get(corpus.split)
        self._rows = split.num_examples if split else None
        if corpus.documents is not None:
            self._rows = min(corpus.documents, self._rows or corpus.documents)
        if start and start["state"]:
            self._stream.load_state_dict(start["state"])

    def records(self) -> Iterator[Record]:
        """Records of the rows with text.

        Raises:
            PipelineError: a data file cannot be read.
        """
        corpus, first, unusable = self.corpus, self.row, Counter[str]()
        with _named_faults(corpus):
            left = None if corpus.documents is None else max(corpus.documents - first, 0)
            for content in islice(self._contents(), left):
                if self.row == first:  # CSV and JSON name their columns only here
                    self._require_column(list(content))
                name = f"{corpus.configuration or corpus.split}-{self.row}"
                self.row += 1
                record = from_mapping(content, name, corpus.text_column)
                if isinstance(record, Record):
                    yield record
                else:
                    self.skipped[record] += 1
                    unusable[record] += 1
        check_form(corpus.id, self.row - first, unusable)

    def position(self) -> dict[str, Any]:
        """Position after the last record: a `start` for another stream."""
        return {"file": self._file, "state": self._stream.state_dict(), "row": self.row}

    def read(self) -> float | None:
        """Share of the rows read, 0 to 1; None if the data set does not state their number."""
        return self.row / self._rows if self._rows else None

    def _contents(self) -> Iterator[dict[str, Any]]:
        yield from self._stream
        while self._file + 1 < len(self._files):
            self._file += 1
            self._stream = self._open()
            yield from self._stream

    def _require_column(self, columns: list[str]) -> None:
        if self.corpus.text_column not in columns:
            raise PipelineError(
                f"{self.corpus.id}: no column {self.corpus.text_column}; it has {', '.join(columns)}: "
                "correct corpus.text_column"
            )

    def _open(self) -> Any:
        corpus = self.corpus
        builder = self._data.open({corpus.split: [self._files[self._file]]})
        stream = builder.as_streaming_dataset(corpus.split)
        columns = stream.column_names or []
        if columns:
            self._require_column(columns)
        read = {corpus.text_column, "meta", *NAMES}  # a fault in any other column is none of ours
        return stream.select_columns([name for name in columns if name in read]) if columns else stream


@contextmanager
def _named_faults(corpus: HubCorpus) -> Iterator[None]:
    folder = corpus.configuration  # that of its data files, in most data sets
    include = f" --include README.md --include '{folder}/*'" if folder else ""
    try:
        with hub_faults(corpus.id, corpus.revision, "dataset", include):
            yield
    except (ValueError, OSError, EOFError, RuntimeError, OverflowError, yaml.YAMLError) as error:
        if environment_fault(error):
            raise
        if "script" in str(error) and isinstance(error, RuntimeError):
            raise PipelineError(
                f"{corpus.id}: is a loading script, which datasets no longer runs; "
                "use eduagarcia/CrawlPT (configuration brwac) or corpus.source: vert"
            ) from None
        wrong = explain_folder(Path(corpus.id)) if Path(corpus.id).is_dir() else ""
        raise PipelineError(wrong or f"{corpus.id}: cannot be read: {_one_line(error)}") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
