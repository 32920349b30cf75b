import csv
import json
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from tinypt.sample.tasks import write_sample_tasks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    write_sample_tasks(folder, seed=9)
    return folder


def _pairs(path: Path) -> list[ET.Element]:
    root = ET.parse(path).getroot()
    assert root.tag == "entailment-corpus"
    return list(root)


def _tweets(folder: Path) -> list[dict[str, str]]:
    with (folder / "tweetsentbr_text.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_assin2_files_have_the_official_format(folder: Path) -> None:
    for name, count in (("assin2-train-only.xml", 400), ("assin2-test.xml", 200)):
        pairs = _pairs(folder / name)
        assert Counter(pair.get("entailment") for pair in pairs) == {"Entailment": count // 2, "None": count // 2}
        assert len({pair.get("id") for pair in pairs}) == count
        assert all(1 <= float(pair.get("similarity", "")) <= 5 for pair in pairs)
        assert all(pair.findtext("t") and pair.findtext("h") for pair in pairs)


def test_no_sentence_occurs_twice(folder: Path) -> None:
    names = ("assin2-train-only.xml", "assin2-test.xml")
    texts = [pair.findtext(tag) for name in names for pair in _pairs(folder / name) for tag in ("t", "h")]
    assert len(set(texts)) == len(texts)


def test_the_tweet_index_has_the_official_format(folder: Path) -> None:
    rows = [line.split("\t") for line in (folder / "tweetSentimentBR.txt").read_text(encoding="utf-8").splitlines()]
    full = [row for row in rows if len(row) == 6]
    assert Counter(row[5] for row in full) == {"train": 400, "test": 200}
    assert all(row[4] == "-" for row in rows if row not in full)
    assert len(rows) > len(full)
    for row in full:
        votes = json.loads(row[2])
        assert Counter(votes).most_common(1)[0][1] == votes.count(int(row[4]))
    assert len({row[0] for row in rows}) == len(rows)
    assert any(int(float(row[0])) != int(row[0]) for row in rows)  # as real ids: not to be read as floats


def test_tweet_texts_match_the_index(folder: Path) -> None:
    tweets = _tweets(folder)
    rows = [line.split("\t") for line in (folder / "tweetSentimentBR.txt").read_text(encoding="utf-8").splitlines()]
    index = {row[0]: row for row in rows if len(row) == 6}
    assert {tweet["id"] for tweet in tweets} == set(index)
    for tweet in tweets:
        _, hashtag, _, hard, label, group = index[tweet["id"]]
        assert [tweet[name] for name in ("hashtag", "hard", "sentiment", "group")] == [hashtag, hard, label, group]
    assert len({tweet["text"] for tweet in tweets}) == 600


def test_no_single_word_decides_a_sentiment(folder: Path) -> None:
    """Words of praise and of blame occur in more than one class."""
    words: dict[str, Counter[str]] = {}
    for tweet in _tweets(folder):
        for word in set(tweet["text"].lower().strip("!?").split()):
            words.setdefault(word, Counter())[tweet["sentiment"]] += 1
    for word in ("bom", "boa", "ótimo", "ruim", "péssimo"):
        assert max(words[word].values()) < 0.75 * words[word].total()
    assert set(Counter(tweet["sentiment"] for tweet in _tweets(folder))) == {"-1", "0", "1"}


def test_the_same_seed_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_sample_tasks(tmp_path, seed=9)
    other = tmp_path / "other"
    other.mkdir()
    write_sample_tasks(other, seed=10)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes() != (other / path.name).read_bytes()
