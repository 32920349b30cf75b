from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from tinypt.runtime.errors import PipelineError
from tinypt.tokens.vocabulary import (
    SPECIAL_TOKENS,
    make_tokenizer,
    read_vocabulary,
    train_vocabulary,
)


def test_training_is_deterministic_and_keeps_special_tokens_first(texts: list[str]) -> None:
    first = train_vocabulary(lambda: texts, 200, cased=True)
    for _ in range(5):
        assert first == train_vocabulary(lambda: texts, 200, cased=True)
    assert list(first)[: len(SPECIAL_TOKENS)] == SPECIAL_TOKENS
    assert sorted(first.values()) == list(range(len(first)))


def test_uncased_folds_case_and_accents_and_cased_does_not(
    cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase
) -> None:
    assert uncased.tokenize("João") == uncased.tokenize("joao")
    assert cased.tokenize("João") != cased.tokenize("joao")


def test_vocabulary_file_round_trip(tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]) -> None:
    pieces = sorted(cased.get_vocab(), key=cased.get_vocab().get)
    path = tmp_path / "vocab.txt"
    path.write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    again = make_tokenizer(read_vocabulary(path), cased=True, max_length=64)
    assert again.get_vocab() == cased.get_vocab()
    assert again(texts[0])["input_ids"] == cased(texts[0])["input_ids"]


def test_a_saved_tokenizer_loads_unchanged(tmp_path: Path, uncased: PreTrainedTokenizerBase, texts: list[str]) -> None:
    uncased.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again(texts[0])["input_ids"] == uncased(texts[0])["input_ids"]


def test_a_file_without_a_vocabulary_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    with pytest.raises(PipelineError, match="no such vocabulary"):
        read_vocabulary(path)
    path.write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(PipelineError, match=r"\[PAD\] is missing"):
        read_vocabulary(path)


def test_real_vocabularies(real_data: Path) -> None:
    teacher = read_vocabulary(real_data / "tokenizers/bertimbau-base-cased/vocab.txt")
    student = read_vocabulary(real_data / "tokenizers/bert-tiny-uncased/vocab.txt")
    assert (len(teacher), len(student)) == (29_794, 30_522)
    tokenizer = make_tokenizer(student, cased=False, max_length=512)
    published = AutoTokenizer.from_pretrained(real_data / "tokenizers/bert-tiny-uncased")
    sentence = "Não há coração que resista à emoção."
    assert tokenizer(sentence)["input_ids"] == published(sentence)["input_ids"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([*SPECIAL_TOKENS, "a", "b", "a"], r"line 8 repeats line 6 \(a\).*\[unused-7\]"),
        ([*SPECIAL_TOKENS, "a", "", "b"], r"line 7 is blank"),
        ([*SPECIAL_TOKENS, "a", "", ""], r"line 7 is blank; .*remove it if it is at the end"),
        ([*SPECIAL_TOKENS, "a\r", "\r"], r"line 7 is blank"),
        (["\ufeff[PAD]", *SPECIAL_TOKENS[1:]], r"begins with a byte order mark"),
    ],
)
def test_lines_that_are_not_ids_are_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    with pytest.raises(PipelineError, match=message):
        read_vocabulary(path)


def test_a_vocabulary_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes("\n".join([*SPECIAL_TOKENS, "maçã"]).encode("latin-1"))
    with pytest.raises(PipelineError, match=r"vocab\.txt: not UTF-8"):
        read_vocabulary(path)
