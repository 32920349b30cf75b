from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from tests.families import publish
from tinypt.tokens.pieces import continues_word, is_wordpiece, piece_texts, pieces_of, without_blank

MARKED = {"bert": None, "roberta": "Ġ", "xlm-roberta": "▁"}
TEXT = "  A menina, o time; a menina\n o time"


@pytest.fixture(params=MARKED)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tokenizer(tmp_path: Path, texts: list[str], kind: str) -> PreTrainedTokenizerBase:
    publish(kind, tmp_path, texts)
    return AutoTokenizer.from_pretrained(tmp_path)


def test_the_texts_of_a_words_pieces_spell_it(tokenizer: PreTrainedTokenizerBase) -> None:
    texts = piece_texts(tokenizer)
    ids = tokenizer("O menino comeu a banana", add_special_tokens=False)["input_ids"]
    assert "".join(texts[index] for index in ids if texts[index] not in "▁Ġ") == "Omeninocomeuabanana"


def test_pieces_inside_words_continue_them(tokenizer: PreTrainedTokenizerBase, kind: str) -> None:
    continues, pieces = continues_word(tokenizer), pieces_of(tokenizer)
    ids = tokenizer("O menino, não", add_special_tokens=False)["input_ids"]
    words = "".join(f"{'' if continues[index] else '|'}{pieces[index]}" for index in ids[1:])
    assert words.count("|") == (3 if kind == "bert" else 2)  # for the others the comma belongs to the word before it
    assert not continues[tokenizer.all_special_ids].any()
    assert is_wordpiece(tokenizer) == (kind == "bert")


def test_texts_have_no_mark(tokenizer: PreTrainedTokenizerBase, kind: str) -> None:
    mark = MARKED[kind] or "##"
    texts = [text for text, piece in zip(piece_texts(tokenizer), pieces_of(tokenizer), strict=True) if text != piece]
    assert len(texts) > 10
    assert not any(text.startswith(mark) for text in texts)


def test_spans_begin_with_the_word_and_not_with_the_blank(tokenizer: PreTrainedTokenizerBase) -> None:
    encoded = tokenizer.backend_tokenizer.encode(TEXT, add_special_tokens=False)
    spans = without_blank(TEXT, np.array(encoded.offsets, dtype=np.int64))
    shown = [TEXT[start:end] for start, end in spans]
    assert not any(text[:1].isspace() and text.strip() for text in shown)
    covered = {place for start, end in spans for place in range(start, end)}
    assert covered >= {place for place, character in enumerate(TEXT) if not character.isspace()}


def test_a_blank_alone_and_the_end_of_the_text_are_no_error() -> None:
    spans = without_blank("a b ", np.array([[0, 1], [1, 3], [3, 4], [4, 4], [0, 0]]))
    assert spans.tolist() == [[0, 1], [2, 3], [4, 4], [4, 4], [0, 0]]
