"""The `hub` source: a data set on the Hugging Face hub, or a local folder in its layout, read as a stream."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tinypt.corpus.files import check_form
from tinypt.corpus.records import NAMES, Record, from_mapping
from tinypt.params.corpus import HubCorpus
from tinypt.runtime.errors import PipelineError, environment_fault


class HubStream:
    """The rows of a split, in order.

    For gated data sets, the hub's libraries read a token from HF_TOKEN. With HF_HUB_OFFLINE=1, the data set is read
    from the hub's cache, which `hf download <id> --repo-type dataset --revision <commit>` fills.
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
            self._stream = datasets.load_dataset(
                _place(corpus), name=corpus.configuration, split=corpus.split, revision=corpus.revision, streaming=True
            )
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
        if start and start["state"]:
            self._stream.load_state_dict(start["state"])

    def records(self) -> Iterator[Record]:
        """Records of the rows with text.

        Raises:
            PipelineError: a data file cannot be read.
        """
        corpus, first, unusable = self.corpus, self.row, Counter[str]()
        with _named_faults(corpus):
            for content in self._stream:
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


def _place(corpus: HubCorpus) -> str:
    """The id, or the folder of a copy: the folder named by the id or, offline, the one in the hub's cache."""
    import huggingface_hub

    if Path(corpus.id).is_dir() or not huggingface_hub.constants.HF_HUB_OFFLINE:
        return corpus.id
    return huggingface_hub.snapshot_download(
        corpus.id, repo_type="dataset", revision=corpus.revision, local_files_only=True
    )


@contextmanager
def _named_faults(corpus: HubCorpus) -> Iterator[None]:
    from datasets.exceptions import DatasetNotFoundError
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError

    try:
        yield
    except (DatasetNotFoundError, GatedRepoError) as error:
        raise PipelineError(
            f"{corpus.id}: not found, or gated: request access at https://huggingface.co/datasets/{corpus.id}, "
            f"then set HF_TOKEN ({_one_line(error)})"
        ) from None
    except LocalEntryNotFoundError:
        command = f"hf download {corpus.id} --repo-type dataset --revision {corpus.revision}"
        raise PipelineError(
            f"{corpus.id}: not in the hub's cache, and HF_HUB_OFFLINE is set; run `{command}` with network access"
        ) from None
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
