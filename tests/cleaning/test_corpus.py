"""The pass over the corpus on the labelled sample: what is found, in what order, after what interruption."""

import shutil
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import tinypt.cleaning.corpus as module
from tests.cleaning.conftest import RULES
from tinypt.cleaning.corpus import clean_corpus, common_lines
from tinypt.cleaning.funnel import Funnel, write_funnel
from tinypt.corpus.shards import SCHEMA, iter_texts, list_shards, shard_name, write_shard
from tinypt.corpus.sources import Notes, iter_batches
from tinypt.corpus.writer import ShardWriter
from tinypt.errors import PipelineError
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
    writer = ShardWriter(folder)
    for index, batch in enumerate(iter_batches(corpus, 13, Notes())):
        writer.add(batch.rows)
        if index % 4 == 3:
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


GOOD = "O menino que não quis ir à escola ficou em casa com a avó e o avô, e foi muito bom para todos eles."


def _plain(folder: Path, texts: list[str], shards: int = 1, title: str = "") -> None:
    size = -(-len(texts) // shards)
    for shard in range(shards):
        rows = [
            {"doc_id": str(index), "title": title, "uri": "", "text": text}
            for index, text in enumerate(texts[shard * size : (shard + 1) * size])
        ]
        write_shard(folder / shard_name(shard), [pa.Table.from_pylist(rows, schema=SCHEMA)])


def test_duplicates_are_found_across_shards_in_any_order(
    cleaned: tuple[Path, Funnel], raw: Path, rules: Clean, tmp_path: Path
) -> None:
    reversed_raw = tmp_path / "raw"
    reversed_raw.mkdir()
    shards = list_shards(raw)
    for index, shard in enumerate(reversed(shards)):
        shutil.copy(shard, reversed_raw / shard_name(index))
    backward = clean_corpus(reversed_raw, tmp_path / "work", rules, 1).as_metrics()
    assert backward["documents_out"] == cleaned[1].as_metrics()["documents_out"]


def test_unlabelled_shards_have_no_noise_in_the_metrics_and_titles_are_repaired(tmp_path: Path) -> None:
    _plain(tmp_path / "raw", [GOOD], title="JoÃ£o  Gilberto")
    metrics = clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1).as_metrics()
    assert metrics["documents_out"] == 1
    assert "noise" not in metrics
    table = pq.read_table(tmp_path / "work/clean" / shard_name(0))
    assert table.column("title").to_pylist() == ["João Gilberto"]


def test_a_shard_of_which_nothing_is_left_is_still_one(tmp_path: Path) -> None:
    _plain(tmp_path / "raw", [GOOD, "curto"], shards=2)
    assert clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1).as_metrics()["documents_out"] == 1
    assert [pq.read_metadata(path).num_rows for path in list_shards(tmp_path / "work/clean")] == [1, 0]


def test_a_shard_with_nothing_in_it_stays_one(tmp_path: Path) -> None:
    _plain(tmp_path / "raw", [GOOD, GOOD.upper()])
    write_shard(tmp_path / "raw" / shard_name(1), [SCHEMA.empty_table()])
    metrics = clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1).as_metrics()
    assert metrics["drops"]["exact_duplicate"]["documents"] == metrics["documents_out"] == 1
    assert [pq.read_metadata(path).num_rows for path in list_shards(tmp_path / "work/clean")] == [1, 0]


def test_a_corpus_of_which_no_document_passes(tmp_path: Path) -> None:
    _plain(tmp_path / "raw", ["curto", "também"])
    metrics = clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1).as_metrics()
    assert metrics["drops"]["too_short"]["documents"] == 2
    assert metrics["documents_out"] == 0


def test_boilerplate_lines_are_taken_out_and_counted(tmp_path: Path) -> None:
    texts = [f"Página inicial\n{GOOD} {number}" for number in range(4)] + [GOOD + " Outro."]
    _plain(tmp_path / "raw", texts)
    metrics = clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1).as_metrics()
    assert metrics["repairs"]["boilerplate"] == {"documents": 4, "bytes": 4 * len("Página inicial\n".encode())}


def test_a_truncated_shard_is_named(raw: Path, tmp_path: Path) -> None:
    shutil.copytree(raw, tmp_path / "raw")
    shard = list_shards(tmp_path / "raw")[1]
    shard.write_bytes(shard.read_bytes()[:-200])
    with pytest.raises(PipelineError, match=r"shard-00001\.parquet: cannot be read"):
        clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1)


def test_common_lines_are_counted_over_shards_within_the_memory_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    expected: dict[int, int] = {}
    paths = []
    pool = rng.integers(0, 2**64, 500, dtype=np.uint64)
    for index in range(6):
        keys = np.unique(rng.choice(pool, 200))
        times = rng.integers(1, 4, len(keys), dtype=np.uint64)
        for key, count in zip(keys.tolist(), times.tolist(), strict=True):
            expected[key] = expected.get(key, 0) + count
        paths.append(tmp_path / f"{index}.npy")
        np.save(paths[-1], np.stack([keys, times]))
    chosen = frozenset(key for key, count in expected.items() if count >= 5)
    assert chosen
    assert common_lines(paths, 5) == chosen
    for at_once in (1, 7, 300):
        monkeypatch.setattr(module, "LINES_AT_ONCE", at_once)
        assert common_lines(paths, 5) == chosen


def test_dialogue_is_no_boilerplate(tmp_path: Path) -> None:
    rng = Random(5)
    words = "o a de que não casa rio menino avó e foi para com um uma dia noite muito grande bom".split()
    texts = ["\n".join(["- Sim.", "Página inicial", " ".join(rng.choices(words, k=40))]) for _ in range(12)]
    _plain(tmp_path / "raw", texts)
    clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1)
    kept = list(iter_texts(tmp_path / "work/clean"))
    assert len(kept) == 12
    assert all(text.startswith("- Sim.\n") and "Página inicial" not in text for text in kept)
