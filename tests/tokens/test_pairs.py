import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.pairs import write_pairs
from tinypt.tokens.vocabulary import make_tokenizer, read_vocabulary


def _text_of(ids: np.ndarray, tokenizer: PreTrainedTokenizerBase) -> list[str]:
    return [piece.removeprefix("##") for piece in tokenizer.convert_ids_to_tokens(ids.astype(int).tolist())]


def _fold(text: str, tokenizer: PreTrainedTokenizerBase) -> str:
    return tokenizer.backend_tokenizer.normalizer.normalize_str(text)


def _check(blocks: Blocks, uncased: PreTrainedTokenizerBase, cased: PreTrainedTokenizerBase) -> None:
    assert blocks.words is not None
    assert blocks.teacher_ids is not None
    assert blocks.teacher_words is not None
    for row in range(len(blocks)):
        words, teacher_words = blocks.words[row], blocks.teacher_words[row]
        assert words.max() == teacher_words.max()
        for word in range(words.max() + 1):
            left = "".join(_text_of(blocks.ids[row][words == word], uncased))
            right = "".join(_text_of(blocks.teacher_ids[row][teacher_words == word], cased))
            if "[UNK]" not in left + right:
                assert left == _fold(right, uncased)


def test_words_of_both_sides_spell_the_same(
    tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    counts = write_pairs(texts, uncased, cased, 32, tmp_path)
    blocks = open_blocks(tmp_path)
    _check(blocks, uncased, cased)
    assert blocks.padded
    assert (blocks.ids == uncased.pad_token_id).any()
    assert counts.documents == len(texts)
    assert counts.aligned_words == counts.words
    assert sum(int(row.max()) + 1 for row in blocks.words) + counts.dropped_words == counts.words


def test_rows_keep_the_order_of_the_text_and_lose_nothing(
    tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    write_pairs(texts, uncased, cased, 40, tmp_path)
    blocks = open_blocks(tmp_path)
    for ids, tokenizer in ((blocks.ids, uncased), (blocks.teacher_ids, cased)):
        expected = itertools.chain.from_iterable(
            [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.sep_token_id] for text in texts
        )
        bodies = [row[1 : np.flatnonzero(row != tokenizer.pad_token_id)[-1]] for row in ids]
        found = np.concatenate(bodies).tolist()
        assert found == list(itertools.islice(expected, len(found)))


def test_the_tokenizers_batch_size_does_not_change_the_blocks(
    tmp_path: Path,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = []
    for name, size in (("a", 256), ("b", 7)):
        (tmp_path / name).mkdir()
        monkeypatch.setattr("tinypt.tokens.blocks.BATCH", size)
        counts.append(write_pairs(texts, uncased, cased, 32, tmp_path / name))
    assert counts[0] == counts[1]
    assert (tmp_path / "a/blocks.npy").read_bytes() == (tmp_path / "b/blocks.npy").read_bytes()


def test_long_blocks_have_room_for_their_words(
    tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase
) -> None:
    texts = ["a e o a o e " * 200] * 3  # a piece a word
    for length, kind in ((256, "u1"), (257, "u2"), (512, "u2")):
        (tmp_path / str(length)).mkdir()
        write_pairs(texts, uncased, cased, length, tmp_path / str(length))
        assert np.load(tmp_path / str(length) / "blocks.npy").dtype["words"].base == np.dtype(kind)
        blocks = open_blocks(tmp_path / str(length))
        assert blocks.words is not None
        assert blocks.words[:].max() == length - 3
        _check(blocks, uncased, cased)


def test_a_block_is_one_record_of_six_bytes_a_token(
    tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    counts = write_pairs(texts, uncased, cased, 32, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"blocks.npy", "pieces.json"}
    assert np.load(tmp_path / "blocks.npy").nbytes == 6 * 32 * counts.blocks


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=0, max_size=200))
def test_any_text_aligns_or_is_left_out(
    tmp_path_factory: pytest.TempPathFactory,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
    texts: list[str],
    text: str,
) -> None:
    folder = tmp_path_factory.mktemp("pairs")
    counts = write_pairs([*texts[:6], text, *texts[:6]], uncased, cased, 24, folder)
    blocks = open_blocks(folder)
    assert sum(int(row.max()) + 1 for row in blocks.words) + counts.dropped_words == counts.aligned_words
    assert all(left.max() == right.max() for left, right in zip(blocks.words, blocks.teacher_words, strict=True))


def test_a_word_longer_than_a_block_is_left_out_and_counted(
    tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    counts = write_pairs([*texts, "ababababababab" * 5, *texts], uncased, cased, 24, tmp_path)
    assert counts.dropped_words >= 1
    _check(open_blocks(tmp_path), uncased, cased)


def test_too_little_text_is_refused(
    tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase
) -> None:
    with pytest.raises(PipelineError, match="less than one block"):
        write_pairs(["Oi."], uncased, cased, 64, tmp_path)


def test_real_vocabularies_agree_on_the_words_of_real_sentences(tmp_path: Path, real_data: Path) -> None:
    tokenizers = real_data / "tokenizers"
    cased = make_tokenizer(read_vocabulary(tokenizers / "bertimbau-base-cased/vocab.txt"), cased=True, max_length=512)
    uncased = make_tokenizer(read_vocabulary(tokenizers / "bert-tiny-uncased/vocab.txt"), cased=False, max_length=512)
    lines = (real_data / "assin2/assin2-test.xml").read_text(encoding="utf-8").splitlines()
    sentences = [line.strip()[3:-4] for line in lines if line.strip().startswith("<t>")]
    counts = write_pairs(sentences, uncased, cased, 128, tmp_path)
    assert counts.documents == 2448
    assert counts.aligned_words / counts.words > 0.999
    _check(open_blocks(tmp_path), uncased, cased)
