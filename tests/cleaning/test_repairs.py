from pathlib import Path

import pyarrow as pa

from tests.cleaning.conftest import RULES
from tinypt.cleaning.clean import REPAIRS, clean_corpus, count_repairs
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard


def test_documents_bytes_and_words_are_counted(tmp_path: Path) -> None:
    texts = ["Veja <b>isto</b> em http://x.com.br/a agora", "Nada a fazer"]
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(texts)]
    write_shard(tmp_path / "raw" / shard_name(0), [pa.Table.from_pylist(rows, schema=SCHEMA)])
    clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1)
    metrics = count_repairs(tmp_path / "work/measures")
    after = ["Veja isto em agora", "Nada a fazer"]
    assert metrics["documents"] == 2
    assert metrics["bytes_in"] == sum(len(text.encode()) for text in texts)
    assert metrics["bytes_out"] == sum(len(text.encode()) for text in after)
    assert metrics["words_out"] == 7
    assert metrics["repairs"].keys() == set(REPAIRS)
    assert metrics["repairs"]["markup"] == {"documents": 1, "bytes": len("<b></b>")}
    assert metrics["repairs"]["urls"]["documents"] == 1
    assert metrics["repairs"]["metadata"] == {"documents": 0, "bytes": 0}
