"""The benchmark of cleaning: its documents are shaped like brWaC's, and it runs with and without peers."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench import cleaning
from bench.text import RATES, documents, file_paragraphs, sample_paragraphs
from tests.conftest import TEXTS
from tinypt.corpus.records import Record
from tinypt.runtime.errors import PipelineError
from tinypt.sample.noise import jaccard


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    return sample_paragraphs(1)


@pytest.fixture(scope="module")
def made(paragraphs: list[str]) -> tuple[list[Record], Counter[str]]:
    injected: Counter[str] = Counter()
    return list(documents(paragraphs, 1500, 1, injected)), injected


def test_documents_have_the_shape_of_brwac(made: tuple[list[Record], Counter[str]]) -> None:
    sizes = sorted(len(record.text.encode()) for record in made[0])
    assert 4500 < sum(sizes) / len(sizes) < 5500
    assert sizes[len(sizes) // 2] < 3700  # most are shorter than the mean
    assert sizes[-1] > 20_000
    words = sum(len(record.text.split()) for record in made[0]) / len(sizes)
    assert 650 < words < 900


def test_defects_are_as_frequent_as_their_rates(made: tuple[list[Record], Counter[str]]) -> None:
    records, injected = made
    for kind, rate in RATES.items():
        expected = rate * len(records)
        assert abs(injected[kind] - expected) < 4 * expected**0.5, kind
    texts = Counter(record.text for record in records)
    assert sum(times - 1 for times in texts.values()) >= injected["exact_duplicate"]
    assert len({record.doc_id for record in records}) == len(records)


def test_two_uses_of_a_paragraph_are_not_near_duplicates(paragraphs: list[str]) -> None:
    first, second = documents(paragraphs[:1], 2, 3, Counter())
    assert jaccard(first.text, second.text) < 0.5


def test_documents_depend_on_the_seed(paragraphs: list[str]) -> None:
    runs = [[vars(record) for record in documents(paragraphs, 20, seed, Counter())] for seed in (7, 7, 8)]
    assert runs[0] == runs[1] != runs[2]


def test_text_of_files(tmp_path: Path) -> None:
    lines = ["A menina comeu a maçã na cozinha da avó.", "curto", "O time perdeu o jogo, <b>mas</b> a torcida cantou."]
    (tmp_path / "a.txt").write_text("\n".join([*lines, lines[0]]), encoding="utf-8")
    (tmp_path / "c.txt").write_text(
        "Veja o que saiu em http://a.com.br/x sobre o time.\nA casa &amp; o jardim da avó eram grandes."
    )
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": "\n".join(TEXTS)}), encoding="utf-8")
    (tmp_path / "README.md").write_text("files of other kinds are ignored")
    assert file_paragraphs(tmp_path / "a.txt", 1) == lines[:1]
    assert sorted(file_paragraphs(tmp_path, 1)) == sorted({lines[0], *"\n".join(TEXTS).split("\n")})
    with pytest.raises(PipelineError, match="no such file"):
        file_paragraphs(tmp_path / "none.txt", 1)


@pytest.fixture
def last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    """Runs the benchmark once on few documents and returns its output."""
    (tmp_path / "text.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    monkeypatch.setattr(cleaning, "RUNS", 1)
    for name in cleaning.ONE_THREAD:
        monkeypatch.setenv(name, "1")  # restored after the test

    def run(*options: str) -> tuple[str, dict[str, float | None]]:
        monkeypatch.setattr(sys, "argv", ["bench", "--text", str(tmp_path), "--documents", "30", *options])
        cleaning.main()
        printed = capsys.readouterr().out
        return printed, json.loads(printed.strip().split("\n")[-1])

    return run


def test_ours_alone(last_line: object) -> None:
    printed, numbers = last_line()  # type: ignore[operator]
    assert "30 documents" in printed
    assert "skipped: no --peers" in printed
    assert printed.count("to run them: python3.12 -m venv") == 1
    profile = [line.split() for line in printed.partition("our time by function")[2].split("\n")[1:-2]]
    seconds = [float(cost) for cost, _ in profile]
    assert len(profile) == 30
    assert seconds == sorted(seconds, reverse=True)
    assert profile[0][1] in ("clean.clean_corpus", "select.decide")  # nothing is above these two
    assert numbers.pop("docs_per_s") > 0
    assert numbers.pop("peak_rss_mb") > 50
    assert numbers == dict.fromkeys(["datatrove_docs_per_s", "ratio", "ratio_equal_tokenisation"])


@pytest.mark.long
def test_peers_that_are_not_installed_are_skipped_with_the_reason(last_line: object) -> None:
    printed, numbers = last_line("--peers", sys.executable)  # type: ignore[operator]
    assert "skipped: ModuleNotFoundError: No module named 'datatrove'" in printed
    assert numbers["ratio"] is None


def test_peak_memory_by_size(last_line: object) -> None:
    printed, numbers = last_line("--sizes", "1")  # type: ignore[operator]
    assert "200 documents" in printed
    assert list(numbers) == ["peak_rss_mb"]
    assert numbers["peak_rss_mb"]["1"] > 50


def test_ratios_are_of_medians() -> None:
    runs = [{"cpu_s": seconds, "peak_mb": seconds, "kept": 1} for seconds in (2.0, 9.0, 1.0)]
    rows = [cleaning.Contestant(100, 0.5, runs), cleaning.Contestant(4, 0.1, runs), cleaning.Contestant(8, 0.1, runs)]
    names = ["ours, all of cleaning", *list(cleaning.PEERS)[:2]]
    assert cleaning._summary(dict(zip(names, rows, strict=True))) == {
        "docs_per_s": 50.0,
        "datatrove_docs_per_s": 2.0,
        "ratio": 25.0,
        "ratio_equal_tokenisation": 12.5,
        "peak_rss_mb": 9,
    }
