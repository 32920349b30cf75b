"""The pass over the corpus, on the labelled sample: noise found, order, interruptions."""

import shutil
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tinypt.cleaning.clean as module
from tests.cleaning.conftest import RULES, SELECT
from tests.conftest import ROOT, sample_params
from tinypt.cleaning.clean import REPAIRS, clean_corpus, count_repairs
from tinypt.corpus.sample import sample_tables
from tinypt.corpus.shards import SCHEMA, iter_texts, list_shards, shard_name, write_shard
from tinypt.corpus.writer import ShardWriter
from tinypt.params.clean import Clean
from tinypt.params.corpus import Corpus, SampleCorpus
from tinypt.params.loader import load
from tinypt.runtime.errors import PipelineError
from tinypt.selection.funnel import drops, write_funnel
from tinypt.selection.select import decide

SAMPLE = ROOT / "params/sample.yaml"


@pytest.fixture(scope="module")
def rules() -> Clean:
    found: Clean = load("clean", Clean, SAMPLE)
    return found


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smaller version of the sample corpus, in several shards."""
    folder = tmp_path_factory.mktemp("raw")
    corpus: SampleCorpus = load("corpus", Corpus, SAMPLE)
    corpus = SampleCorpus("sample", 4000, corpus.noise)
    writer = ShardWriter(folder)
    for index, table in enumerate(sample_tables(corpus, 13)):
        writer.add(*table.to_batches())
        if index % 4 == 3:
            writer.close()
    writer.close()
    return folder


def _bytes(work: Path) -> list[bytes]:
    return [path.read_bytes() for name in ("clean", "measures") for path in list_shards(work / name)]


def _selected(work: Path) -> dict[str, Any]:
    return drops(work / "measures", decide(work / "measures", SELECT), SELECT.rules)


@pytest.fixture(scope="module")
def cleaned(raw: Path, rules: Clean, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cleaned")
    with chdir(folder):  # unfinished work is bound to its path
        clean_corpus(raw, Path("work"), rules, 1)
    return folder / "work"


def test_every_kind_of_noise_is_found(cleaned: Path) -> None:
    noise = _selected(cleaned)["noise"]
    assert noise.keys() == sample_params()["corpus"]["noise"].keys()
    for kind, scores in noise.items():
        assert scores["precision"] >= 0.97, kind
        assert scores["recall"] >= 0.97, kind
        assert scores.get("restored", 1.0) >= 0.97, kind


def test_renaming_a_rule_changes_no_score(cleaned: Path) -> None:
    measures = cleaned / "measures"
    renamed = replace(SELECT, rules={f"my_{name}": rule for name, rule in SELECT.rules.items()})
    assert drops(measures, decide(measures, renamed), renamed.rules)["noise"] == _selected(cleaned)["noise"]


def test_the_funnel_adds_up(cleaned: Path, raw: Path, tmp_path: Path) -> None:
    metrics = _selected(cleaned)
    assert metrics["documents_in"] == sum(pq.ParquetFile(path).metadata.num_rows for path in list_shards(raw)) == 4000
    for unit in ("documents", "bytes", "words"):
        dropped = sum(rule[unit] for rule in metrics["drops"].values())
        assert metrics[f"{unit}_out"] == metrics[f"{unit}_in"] - dropped
    texts = list(iter_texts(cleaned / "clean"))
    assert metrics["bytes_in"] == sum(len(text.encode()) for text in texts)
    assert metrics["words_in"] == sum(len(text.split()) for text in texts)
    write_funnel(metrics, tmp_path / "funnel.csv")
    last = (tmp_path / "funnel.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert last[-3:] == [str(metrics[f"{unit}_out"]) for unit in ("documents", "bytes", "words")]


def test_workers_and_interruptions_do_not_change_a_byte(
    cleaned: Path, raw: Path, rules: Clean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean_corpus(raw, tmp_path / "two", rules, 2)
    assert _bytes(tmp_path / "two") == _bytes(cleaned)

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
    clean_corpus(raw, tmp_path / "cut", rules, 1)
    assert _bytes(tmp_path / "cut") == _bytes(cleaned)


@pytest.mark.parametrize("part", ["repaired/shard-00001.arrow", "lines/shard-00000.npy", "clean/shard-00001.parquet"])
def test_damaged_unfinished_work_is_named_and_done_again(
    raw: Path,
    cleaned: Path,
    rules: Clean,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    part: str,
) -> None:
    shutil.copytree(cleaned, tmp_path / "work")
    monkeypatch.chdir(tmp_path)
    content = bytearray(Path("work", part).read_bytes())
    content[len(content) // 2] ^= 1
    Path("work", part).write_bytes(content)
    clean_corpus(raw, Path("work"), rules, 1)
    (message,) = caplog.messages
    assert f"{part}: unfinished work, damaged" in message
    assert _bytes(Path("work")) == _bytes(cleaned)


def test_work_of_another_shard_and_stray_files_are_not_published(
    raw: Path, cleaned: Path, rules: Clean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(cleaned, tmp_path / "work")
    monkeypatch.chdir(tmp_path)
    for name in ("{}", ".{}.xxh3"):  # a shard and its checksum
        shard, other, stray = (Path("work/clean", name.format(shard_name(index))) for index in (0, 1, 99))
        shutil.copy(shard, other)
        shutil.copy(shard, stray)
    clean_corpus(raw, Path("work"), rules, 1)
    assert _bytes(Path("work")) == _bytes(cleaned)
    assert [path.name for path in list_shards(Path("work/clean"))] == [path.name for path in list_shards(raw)]


def test_cleaning_a_clean_corpus_changes_nothing(cleaned: Path, rules: Clean, tmp_path: Path) -> None:
    clean_corpus(cleaned / "clean", tmp_path, rules, 1)
    again = count_repairs(tmp_path / "measures")
    assert again["bytes_out"] == again["bytes_in"]
    assert "noise" not in _selected(tmp_path)


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
    cleaned: Path, raw: Path, rules: Clean, tmp_path: Path
) -> None:
    reversed_raw = tmp_path / "raw"
    reversed_raw.mkdir()
    shards = list_shards(raw)
    for index, shard in enumerate(reversed(shards)):
        shutil.copy(shard, reversed_raw / shard_name(index))
    clean_corpus(reversed_raw, tmp_path / "work", rules, 1)
    assert _selected(tmp_path / "work")["documents_out"] == _selected(cleaned)["documents_out"]


def test_unlabelled_shards_have_no_noise_in_the_metrics_and_titles_are_repaired(tmp_path: Path) -> None:
    _plain(tmp_path / "raw", [GOOD], title="JoÃ£o  Gilberto")
    clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1)
    metrics = _selected(tmp_path / "work")
    assert metrics["documents_out"] == 1
    assert "noise" not in metrics
    table = pq.read_table(tmp_path / "work/clean" / shard_name(0))
    assert table.column("title").to_pylist() == ["João Gilberto"]


def test_an_empty_shard_stays_a_shard(tmp_path: Path) -> None:
    _plain(tmp_path / "raw", [GOOD, GOOD.upper()])
    write_shard(tmp_path / "raw" / shard_name(1), [SCHEMA.empty_table()])
    clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1)
    metrics = _selected(tmp_path / "work")
    assert metrics["drops"]["exact_duplicate"]["documents"] == metrics["documents_out"] == 1
    assert [pq.read_metadata(path).num_rows for path in list_shards(tmp_path / "work/measures")] == [2, 0]


def test_boilerplate_lines_are_removed_and_counted(tmp_path: Path) -> None:
    texts = [f"Página inicial\n{GOOD} {number}" for number in range(4)] + [GOOD + " Outro."]
    _plain(tmp_path / "raw", texts)
    clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1)
    metrics = count_repairs(tmp_path / "work/measures")
    assert metrics["repairs"]["boilerplate"] == {"documents": 4, "bytes": 4 * len("Página inicial\n".encode())}


def test_a_truncated_shard_is_named(raw: Path, tmp_path: Path) -> None:
    shutil.copytree(raw, tmp_path / "raw")
    shard = list_shards(tmp_path / "raw")[1]
    shard.write_bytes(shard.read_bytes()[:-200])
    with pytest.raises(PipelineError, match=r"shard-00001\.parquet: damaged"):
        clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1)


def test_dialogue_is_not_boilerplate(tmp_path: Path) -> None:
    rng = Random(5)
    words = "o a de que não casa rio menino avó e foi para com um uma dia noite muito grande bom".split()
    texts = ["\n".join(["- Sim.", "Página inicial", " ".join(rng.choices(words, k=40))]) for _ in range(12)]
    _plain(tmp_path / "raw", texts)
    clean_corpus(tmp_path / "raw", tmp_path / "work", RULES, 1)
    kept = list(iter_texts(tmp_path / "work/clean"))
    assert len(kept) == 12
    assert all(text.startswith("- Sim.\n") and "Página inicial" not in text for text in kept)


def test_the_documents_bytes_and_words_of_each_repair_are_counted(tmp_path: Path) -> None:
    texts = ["Veja <b>isto</b> em http://x.com.br/a agora", "Nada a fazer"]
    _plain(tmp_path / "raw", texts)
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
