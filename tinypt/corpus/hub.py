"""The `hub` source: a data set on the Hugging Face hub, or a local folder in its layout, read as a stream."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from tinypt.corpus.files import check_form
from tinypt.corpus.records import NAMES, Record, from_mapping
from tinypt.params.corpus import HubCorpus
from tinypt.runtime.errors import PipelineError, environment_fault
from tinypt.runtime.hub import ask_for_dataset, hub_faults


class HubStream:
    """The rows of a split, in order.

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
        with _named_faults(corpus):
            place, chosen = _place(corpus)
            self._stream = datasets.load_dataset(place, split=corpus.split, streaming=True, **chosen)
        columns = self._stream.column_names or []
        if columns and corpus.text_column not in columns:
            raise PipelineError(
                f"{corpus.id}: no column {corpus.text_column}; it has {', '.join(columns)}: correct corpus.text_column"
            )
        if columns:  # a fault in any other column is none of ours
            read = {corpus.text_column, "meta", *NAMES}
            self._stream = self._stream.select_columns([name for name in columns if name in read])
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
            for content in islice(self._stream, left):
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
        return {"state": self._stream.state_dict(), "row": self.row}

    def read(self) -> float | None:
        """Share of the rows read, 0 to 1; None if the data set does not state their number."""
        return self.row / self._rows if self._rows else None


def _place(corpus: HubCorpus) -> tuple[str, dict[str, Any]]:
    """The id or a folder, and the arguments that choose the data files in it.

    The folder is the one named by the id or, offline, a copy in the hub's cache. That need not hold the other
    configurations, which may be many times larger, but without them `datasets` does not understand the card.
    """
    import huggingface_hub

    if Path(corpus.id).is_dir() or not huggingface_hub.constants.is_offline_mode():
        ask_for_dataset(corpus.id, corpus.revision)
        return corpus.id, {"name": corpus.configuration, "revision": corpus.revision}

    def cached(patterns: list[str] | None) -> Path:
        found = huggingface_hub.snapshot_download(
            corpus.id, repo_type="dataset", revision=corpus.revision, local_files_only=True, allow_patterns=patterns
        )
        return Path(found)

    files = _data_files(cached(["README.md"]) / "README.md", corpus)
    folder = str(cached(["README.md", *files] if files else None))
    return folder, {"data_files": {corpus.split: files}} if files else {"name": corpus.configuration}


def _data_files(card: Path, corpus: HubCorpus) -> list[str]:
    """Patterns of the configuration's data files for the split; [] if the card does not list them."""
    front = yaml.safe_load(card.read_text(encoding="utf-8").split("---")[1]) if card.is_file() else {}
    for configuration in front.get("configs", []):
        if configuration["config_name"] == corpus.configuration and isinstance(configuration["data_files"], list):
            entries = [entry for entry in configuration["data_files"] if isinstance(entry, dict)]
            paths = [entry["path"] for entry in entries if entry["split"] == corpus.split]
            return [pattern for path in paths for pattern in ([path] if isinstance(path, str) else path)]
    return []


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
        raise PipelineError(f"{corpus.id}: cannot be read: {_one_line(error)}") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
