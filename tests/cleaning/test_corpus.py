"""The pass over the corpus on the labelled sample: what is found, in what order, after what interruption."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from tinypt.cleaning.corpus import clean_corpus
from tinypt.cleaning.funnel import Funnel, write_funnel
from tinypt.corpus.shards import ShardWriter, iter_texts, list_shards
from tinypt.corpus.sources import Notes, as_row, iter_records, schema_of
from tinypt.params.clean import Clean
from tinypt.params.corpus import Corpus, SampleCorpus
from tinypt.params.loader import load

SAMPLE = Path(__file__).parents[2] / "params/sample.yaml"


@pytest.fixture(scope="module")
def rules() -> Clean:
    found: Clean = load("clean", Clean, SAMPLE)
    return found


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's default corpus, smaller and in several shards."""
    folder = tmp_path_factory.mktemp("raw")
    corpus: SampleCorpus = load("corpus", Corpus, SAMPLE)
    corpus = SampleCorpus("sample", 4000, corpus.noise)
    writer = ShardWriter(folder, schema_of(corpus))
    for index, record in enumerate(iter_records(corpus, 13, Notes())):
        writer.add(as_row(record))
        if index % 1000 == 999:
            writer.close()
    writer.close()
    return folder


def _bytes(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in list_shards(folder)]


@pytest.fixture(scope="module")
def cleaned(raw: Path, rules: Clean, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Funnel]:
    work = tmp_path_factory.mktemp("work")
    return work / "clean", clean_corpus(raw, work, rules, 1)


def test_every_kind_of_noise_is_found(cleaned: tuple[Path, Funnel]) -> None:
    noise = cleaned[1].as_metrics()["noise"]
    kinds = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))["corpus"]["noise"]
    assert noise.keys() == kinds.keys()
    for kind, scores in noise.items():
        assert scores["precision"] >= 0.97, kind
        assert scores["recall"] >= 0.97, kind
        assert scores.get("restored", 1.0) >= 0.97, kind


def test_the_funnel_adds_up(cleaned: tuple[Path, Funnel], raw: Path, tmp_path: Path) -> None:
    folder, funnel = cleaned
    metrics = funnel.as_metrics()
    assert metrics["documents_in"] == sum(pq.ParquetFile(path).metadata.num_rows for path in list_shards(raw)) == 4000
    dropped = sum(rule["documents"] for rule in metrics["drops"].values())
    assert metrics["documents_out"] == 4000 - dropped == len(list(iter_texts(folder)))
    write_funnel(metrics, tmp_path / "funnel.csv")
    assert (tmp_path / "funnel.csv").read_text(encoding="utf-8").strip().endswith(f",{metrics['documents_out']}")


def test_workers_and_interruptions_do_not_change_a_byte(
    cleaned: tuple[Path, Funnel], raw: Path, rules: Clean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean_corpus(raw, tmp_path / "two", rules, 2)
    assert _bytes(tmp_path / "two/clean") == _bytes(cleaned[0])

    import tinypt.cleaning.corpus as module

    real, calls = module._measure_shard, 0

    def die_at_the_second(*arguments: object, **named: object) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(module, "_measure_shard", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        clean_corpus(raw, tmp_path / "cut", rules, 1)
    monkeypatch.setattr(module, "_measure_shard", real)
    funnel = clean_corpus(raw, tmp_path / "cut", rules, 1)
    assert _bytes(tmp_path / "cut/clean") == _bytes(cleaned[0])
    assert funnel.as_metrics() == cleaned[1].as_metrics()


def test_cleaning_what_is_clean_changes_nothing(cleaned: tuple[Path, Funnel], rules: Clean, tmp_path: Path) -> None:
    again = clean_corpus(cleaned[0], tmp_path, rules, 1).as_metrics()
    assert again["documents_out"] == again["documents_in"]
    assert again["bytes_out"] == again["bytes_in"]
    assert "noise" not in again
