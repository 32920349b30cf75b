"""A trimmed vocabulary is smaller, spells the same texts, and cuts words as before if it has all their pieces."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.frequency import count_pieces
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.pieces import pieces_of
from tinypt.tokens.trimming import ids_in, trim
from tinypt.tokens.vocabulary import make_tokenizer, read_vocabulary

FOREIGN = ["д", "##д", "да", "漢", "ção", "##ção"]  # the last two are Latin, with all their characters alone too


@pytest.fixture(scope="module")
def full(cased: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
    """The teacher's tokenizer with further pieces, also in other scripts; no text here uses them."""
    pieces = [*pieces_of(cased), *FOREIGN, "ÿz", "1º"]
    return make_tokenizer({piece: index for index, piece in enumerate(pieces)}, cased=True, max_length=64)


@pytest.fixture(scope="module")
def half(full: PreTrainedTokenizerBase, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Blocks of the first texts alone in the full tokenizer, so that many pieces do not occur."""
    folder = tmp_path_factory.mktemp("half")
    write_blocks(["да " + text for text in texts[:2] * 10], full, 16, folder)
    return folder


@pytest.fixture(scope="module")
def trimmed(full: PreTrainedTokenizerBase, half: Path) -> PreTrainedTokenizerBase:
    """The full tokenizer trimmed to those texts."""
    return trim(full, count_pieces(open_blocks(half).ids, full))


def test_pieces_that_occur_or_cannot_be_replaced_are_kept(
    full: PreTrainedTokenizerBase, trimmed: PreTrainedTokenizerBase, half: Path, cased: PreTrainedTokenizerBase
) -> None:
    kept, seen = pieces_of(trimmed), set(full.convert_ids_to_tokens(np.unique(open_blocks(half).ids).tolist()))
    assert seen - {"да"} <= set(kept)
    assert "да" in seen  # occurs in the texts, in another script
    assert set(FOREIGN) & set(kept) == set()
    assert {"ÿz", "1º"} <= set(kept)  # nothing else spells ÿ or º
    assert {piece for piece in pieces_of(cased) if len(piece.removeprefix("##")) == 1} <= set(kept)
    assert len(trimmed) < 0.8 * len(full)
    assert kept == [piece for piece in pieces_of(full) if piece in set(kept)]
    assert trimmed.all_special_tokens == full.all_special_tokens


@given(words=st.lists(st.text("abcdeêçãoilrstumnAOÉ1º,.ÿ", min_size=1, max_size=9), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_latin_text_can_still_be_spelt(
    full: PreTrainedTokenizerBase, trimmed: PreTrainedTokenizerBase, words: list[str]
) -> None:
    for word in words:
        before, after = full.tokenize(word), trimmed.tokenize(word)
        assert ("[UNK]" in after) == ("[UNK]" in before)
        assert "".join(p.removeprefix("##") for p in after) == "".join(p.removeprefix("##") for p in before)
        if set(before) <= set(pieces_of(trimmed)):
            assert after == before


def test_a_saved_tokenizer_loads_and_round_trips(trimmed: PreTrainedTokenizerBase, tmp_path: Path) -> None:
    trimmed.save_pretrained(tmp_path)
    again = load_tokenizer(tmp_path)
    assert again.get_vocab() == trimmed.get_vocab()
    text = "João não gosta de café; prefere chá à tarde."
    assert again(text)["input_ids"] == trimmed(text)["input_ids"]
    assert again.decode(again(text)["input_ids"], skip_special_tokens=True).replace(" ", "") == text.replace(" ", "")


def test_blocks_are_read_with_the_trimmed_ids(
    full: PreTrainedTokenizerBase, trimmed: PreTrainedTokenizerBase, half: Path
) -> None:
    raw, relabelled = open_blocks(half), open_blocks(half, trimmed)
    assert open_blocks(half, full).ids.shape == relabelled.ids.shape == raw.ids.shape
    assert (len(relabelled), relabelled.length) == (len(raw), raw.length)
    for before, after in zip(raw.ids[:], relabelled.ids[:], strict=True):
        spelt = ["[UNK]" if piece == "да" else piece for piece in full.convert_ids_to_tokens(before.tolist())]
        assert trimmed.convert_ids_to_tokens(after.tolist()) == spelt
    # [UNK] is a special token, so it is read but never predicted.
    assert trimmed.unk_token_id in SpecialIds.of(trimmed).special


def test_blocks_of_another_vocabulary_are_refused(uncased: PreTrainedTokenizerBase, half: Path) -> None:
    with pytest.raises(PipelineError, match="cut with another vocabulary; run the tokenize stage again"):
        open_blocks(half, uncased)


def test_ids_are_found_by_piece(
    full: PreTrainedTokenizerBase, trimmed: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase
) -> None:
    ids = ids_in(trimmed, full)
    assert ids is not None
    assert full.convert_ids_to_tokens(ids.tolist()) == pieces_of(trimmed)
    assert ids_in(uncased, full) is None


def test_a_tokenizer_unlike_berts_is_refused() -> None:
    other = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1}, "[UNK]")))
    with pytest.raises(PipelineError, match="trimmed needs a tokenizer that cuts text as BERT's does"):
        trim(other, np.ones(2, dtype=np.int64))


def test_bertimbaus_vocabulary(real_data: Path) -> None:
    vocabulary = read_vocabulary(real_data / "tokenizers/bertimbau-base-cased/vocab.txt")
    full = make_tokenizer(vocabulary, cased=True, max_length=512)
    trimmed = trim(full, np.zeros(len(full), dtype=np.int64))
    assert len(trimmed) < 2000  # nothing occurs: characters, and pieces with a leading q, which is no piece alone
    for word in ("quero", "Quixote", "ação", "pneumoultramicroscopicossilicovulcanoconiótico", "ônibus"):
        assert "[UNK]" not in trimmed.tokenize(word)
        assert trimmed.decode(trimmed(word, add_special_tokens=False)["input_ids"]) == word
