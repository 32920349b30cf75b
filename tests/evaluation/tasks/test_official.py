from collections import Counter
from pathlib import Path

import pytest

from tinypt.evaluation.tasks.official import read_assin2, read_tweetsentbr
from tinypt.evaluation.tasks.table import check_task
from tinypt.params.tasks import Kind
from tinypt.runtime.errors import PipelineError

PAIR = '<pair entailment="None" id="1" similarity="2.5">\r\n <t>Um gato &amp; um cão</t>\r\n <h>Um cão</h>\r\n</pair>'


def corpus(path: Path, *pairs: str) -> Path:
    text = f"<?xml version='1.0' encoding='utf-8'?>\r\n<entailment-corpus>\r\n{''.join(pairs)}\r\n</entailment-corpus>"
    path.write_bytes(text.encode())
    return path


def test_assin2_pairs(tmp_path: Path) -> None:
    path = corpus(tmp_path / "pairs.xml", PAIR)
    similarity, skipped = read_assin2(path, path, "pair_regression")
    assert skipped == {}
    assert (similarity.train.ids, similarity.test.ids) == (["train-1"], ["test-1"])
    assert similarity.train.first == ["Um gato & um cão"]
    assert similarity.train.second == ["Um cão"]
    assert similarity.train.labels == [2.5]
    assert read_assin2(path, path, "pair_classification")[0].test.labels == ["None"]


@pytest.mark.parametrize(
    ("pair", "kind", "message"),
    [
        (PAIR.replace("2.5", ""), "pair_regression", "pair 1: similarity must be a number from 1 to 5, is ''"),
        (PAIR.replace("2.5", "nan"), "pair_regression", "similarity must be a number from 1 to 5"),
        (PAIR.replace("None", "Maybe"), "pair_classification", "entailment must be Entailment or None, is 'Maybe'"),
        (PAIR.replace('entailment="None" ', ""), "pair_classification", "entailment must be .* is None"),
        (PAIR.replace("Um cão</h>", "</h>"), "pair_regression", "pair 1 lacks one of its texts"),
        (PAIR.replace('id="1" ', ""), "pair_regression", "pair number 1 lacks its id"),
    ],
)
def test_bad_pairs_are_named(tmp_path: Path, pair: str, kind: Kind, message: str) -> None:
    path = corpus(tmp_path / "pairs.xml", pair)
    with pytest.raises(PipelineError, match=message):
        read_assin2(path, path, kind)


def test_bad_xml_files_are_named(tmp_path: Path) -> None:
    missing, cut, other = tmp_path / "missing.xml", tmp_path / "cut.xml", tmp_path / "other.xml"
    cut.write_bytes(corpus(tmp_path / "whole.xml", PAIR).read_bytes()[:-30])
    other.write_text("<corpus/>")
    for path, message in ((missing, "no such file"), (cut, "not complete XML"), (other, "its root is <corpus>")):
        with pytest.raises(PipelineError, match=message):
            read_assin2(path, path, "pair_regression")


INDEX = """863044774588272640\t#tag\t[1,1,1]\t0\t1\ttest
863044774588272641\t#tag\t[0,0,0]\t0\t0\ttrain
863044774588272642\t#tag\t[-1,-1,-1]\t0\t-1\ttrain
863044774588272643\t#tag\t[0,1,-1]\t4\t-
863044774588272644\t#tag\t[1,1,1]\t0\t1\ttrain
"""
TEXTS = """id\thashtag\ttext
863044774588272640\t#tag\tum \u2028texto "assim
863044774588272641\t#tag\toutro\u0085 texto
863044774588272642\t#tag\tmais um
863044774588272644\t#tag\t
863044774588272649\t#tag\tdesconhecido
"""


def tweets(tmp_path: Path, index: str = INDEX, texts: str = TEXTS) -> tuple[Path, Path]:
    paths = tmp_path / "index.txt", tmp_path / "texts.tsv"
    for path, text in zip(paths, (index, texts), strict=True):
        path.write_bytes(text.encode())
    return paths


def test_tweets_are_joined_by_id_and_skipped_rows_are_counted(tmp_path: Path) -> None:
    data, skipped = read_tweetsentbr(*tweets(tmp_path))
    assert skipped == {"undecided": 1, "no_text": 1, "not_in_index": 1}
    assert data.train.ids == ["train-863044774588272641", "train-863044774588272642"]
    assert data.train.labels == ["neutral", "negative"]
    assert data.test.first == ['um \u2028texto "assim']
    assert data.test.labels == ["positive"]
    assert data.test.second is None


def test_carriage_returns_change_nothing(tmp_path: Path) -> None:
    plain = read_tweetsentbr(*tweets(tmp_path))
    assert read_tweetsentbr(*tweets(tmp_path, INDEX.replace("\n", "\r\n"), TEXTS.replace("\n", "\r\n"))) == plain


@pytest.mark.parametrize(
    ("index", "texts", "message"),
    [
        (INDEX.replace("\t1\ttest", "\t2\ttest"), TEXTS, "line 1: label must be -1, 0 or 1 and split train or test"),
        (INDEX.replace("\ttest", "\tdev"), TEXTS, "line 1: .* are '1' and 'dev'"),
        (INDEX.replace("\ttest", ""), TEXTS, "line 1 has 5 fields"),
        (INDEX + INDEX.split("\n")[0], TEXTS, "line 6: the id 863044774588272640 occurs twice"),
        (INDEX, TEXTS.replace("text\n", "texto\n", 1), "its first line must name the columns"),
        (INDEX, "", "its first line must name the columns"),
        (INDEX, TEXTS.replace("\tmais um", ""), r"texts.tsv: line 4 has 2 fields, its header 3"),
    ],
)
def test_bad_tweet_files_are_named(tmp_path: Path, index: str, texts: str, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        read_tweetsentbr(*tweets(tmp_path, index, texts))


def test_official_assin2(real_data: Path) -> None:
    folder = real_data / "assin2"
    data, _ = read_assin2(folder / "assin2-train-only.xml", folder / "assin2-test.xml", "pair_classification")
    check_task("assin2", data)
    assert (len(data.train), len(data.test)) == (6500, 2448)
    assert Counter(data.test.labels) == {"Entailment": 1224, "None": 1224}
    assert "test-0" in data.test.ids


def test_official_tweetsentbr(real_data: Path) -> None:
    folder = real_data / "tweetsentbr"
    data, skipped = read_tweetsentbr(folder / "tweetSentimentBR.txt", folder / "tweetsentbr_text_2018.tsv")
    check_task("tweetsentbr", data)
    assert (len(data.train), len(data.test)) == (7209, 1136)
    assert skipped == {"undecided": 47, "no_text": 15000 - 8345, "not_in_index": 0}
