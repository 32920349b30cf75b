import pyarrow as pa

from tinypt.corpus.manifest import checksum, describe
from tinypt.corpus.shards import SCHEMA


def _table(texts: list[str | None]) -> pa.Table:
    return pa.table(
        {"doc_id": [str(i) for i in range(len(texts))], "title": texts, "uri": texts, "text": texts}, SCHEMA
    )


def test_an_entry_counts_documents_words_and_bytes() -> None:
    entry = describe("a", [_table(["Olá mundo", "um\xa0dois\ntrês"]), _table(["x"])])
    assert {name: entry[name] for name in ("documents", "words", "bytes")} == {"documents": 3, "words": 6, "bytes": 25}


def test_the_checksum_depends_on_values_and_their_places() -> None:
    texts = ["a", "", "bc", "d"]
    whole = checksum([_table(texts)])
    assert checksum(_table(texts).to_batches(max_chunksize=1)) == whole
    assert (
        checksum([_table(["x", *texts]).slice(1).drop_columns("doc_id").add_column(0, "doc_id", [list("0123")])])
        == whole
    )
    for other in (["a", "b", "c", "d"], ["a", None, "bc", "d"], ["bc", "", "a", "d"], texts[:3]):
        assert checksum([_table(other)]) != whole
