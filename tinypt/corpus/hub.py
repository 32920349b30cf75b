"""The `hub` source: a data set on the Hugging Face hub, or a local folder in the hub's layout, read as a stream."""

from collections import Counter
from collections.abc import Iterator

from tinypt.corpus.records import Record, from_mapping
from tinypt.errors import PipelineError
from tinypt.params.corpus import HubCorpus


def read_hub(corpus: HubCorpus, start: int, skipped: Counter[str]) -> Iterator[Record]:
    """Records of a split from row `start` on, in order.

    A token for gated data sets is taken from HF_TOKEN, and what is cached is used offline with
    HF_HUB_OFFLINE, both by the `datasets` library itself.

    Raises:
        PipelineError: the data set, configuration, split or column is not there, access needs a request, or
            it comes as a loading script, which `datasets` no longer runs.
    """
    import datasets  # slow to import, and needed by this source alone
    from datasets.exceptions import DatasetNotFoundError

    datasets.disable_progress_bars()
    try:
        stream = datasets.load_dataset(
            corpus.id, name=corpus.configuration, split=corpus.split, revision=corpus.revision, streaming=True
        )
        columns = stream.column_names or []
        if columns and corpus.text_column not in columns:
            raise PipelineError(
                f"{corpus.id}: no column {corpus.text_column}; it has {', '.join(columns)}: correct corpus.text_column"
            )
        for row, content in enumerate(stream.skip(start), start):
            record = from_mapping(content, f"{corpus.configuration or corpus.split}-{row}", corpus.text_column)
            if record is None:
                skipped["empty_text"] += 1
            else:
                yield record
    except DatasetNotFoundError as error:
        raise PipelineError(
            f"{corpus.id}: not found, or gated: ask for access on https://huggingface.co/datasets/{corpus.id}, "
            f"then set HF_TOKEN ({_first_line(error)})"
        ) from None
    except RuntimeError as error:
        if "script" not in str(error):
            raise
        raise PipelineError(
            f"{corpus.id}: comes as a loading script, which datasets no longer runs; "
            "take eduagarcia/CrawlPT (configuration brwac) or corpus.source: vert"
        ) from None
    except (ValueError, OSError, EOFError) as error:
        raise PipelineError(f"{corpus.id}: cannot be read: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
