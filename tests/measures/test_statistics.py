"""The compiled measures against a plain implementation of their definitions."""

import re
import subprocess
import sys
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tokenizers.normalizers import BertNormalizer

from tests.cleaning.conftest import web_text
from tinypt.measures.alphabet import ALPHABETIC, CHARACTERS, LETTER, SPACE, UNSEEN, WORD, characters
from tinypt.measures.statistics import BINS, COLUMNS, COMMON, FOREIGN, INDEX_WORDS, PORTUGUESE, measure
from tinypt.sample.documents import write_document
from tinypt.sample.noise import jaccard
from tinypt.selection.duplicates import similarity

TERMINAL = (".", "!", "?", "…", '"', "'", "”", "’", "»")
INVISIBLE = {
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\uffa0",
    *map(chr, range(0xFE00, 0xFE10)),
}
_BERT = BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)


@cache
def deleted(character: str) -> bool:
    """Whether a character is invisible, or no white space and deleted by BERT's normaliser."""
    if ord(character) >= UNSEEN or character in INVISIBLE:
        return True
    assigned = unicodedata.category(character) != "Cn"
    return assigned and not character.isspace() and not _BERT.normalize_str(character)


def reference(text: str) -> dict[str, float]:
    """All statistics of a text, computed plainly."""
    text = "".join(character for character in text if not deleted(character))
    lower = text.lower()
    words, grams, runs = lower.split(), re.findall(r"\w+", lower), re.findall(r"[^\W\d_]+", lower)
    lines = [line for line in text.split("\n") if line.strip()]
    again = [line for place, line in enumerate(lines) if line.lower() in {other.lower() for other in lines[:place]}]
    per_word, per_line, per_character = 1 / max(len(words), 1), 1 / max(len(lines), 1), 1 / max(len(text), 1)
    return {
        "words": len(words),
        "stop_words": (sum(run in PORTUGUESE for run in runs) - sum(run in FOREIGN for run in runs))
        / max(len(runs), 1),
        "letters": sum(any(map(str.isalpha, word)) for word in words) * per_word,
        "duplicate_lines": sum(len(line.split()) for line in again) * per_word,
        "repeated_words": covered_words(words) * per_word,
        "characters": len(text),
        "word_length": sum(map(len, grams)) / max(len(grams), 1),
        "lines": len(lines),
        "bullet_lines": sum(line.lstrip().startswith(("•", "-")) for line in lines) * per_line,
        "ellipsis_lines": sum(line.rstrip().endswith(("…", "...")) for line in lines) * per_line,
        "terminal_lines": sum(line.rstrip().endswith(TERMINAL) for line in lines) * per_line,
        "short_lines": sum(len(line) <= 30 for line in lines) * per_line,
        "newlines": text.count("\n") * per_word,
        "hash_signs": text.count("#") * per_word,
        "ellipses": (text.count("…") + text.count("...")) * per_word,
        "repeated_lines": len(again) * per_line,
        "repeated_line_characters": sum(map(len, again)) * per_character,
        **{f"top_{size}grams": top_gram(grams, size) * per_character for size in (2, 3, 4)},
        **{f"repeated_{size}grams": repeated_grams(grams, size) * per_character for size in range(5, 11)},
        "common_words": len(set(COMMON) & set(runs)),
    }


def covered_words(words: list[str]) -> int:
    """Words inside five-word sequences that occurred before."""
    seen: set[tuple[str, ...]] = set()
    covered: set[int] = set()
    for start in range(len(words) - 4):
        gram = tuple(words[start : start + 5])
        if gram in seen:
            covered.update(range(start, start + 5))
        seen.add(gram)
    return len(covered)


def top_gram(grams: list[str], size: int) -> int:
    """Characters in the most frequent sequence, spaces included, if it occurs twice."""
    counts = Counter(" ".join(grams[start : start + size]) for start in range(len(grams) - size + 1))
    count, length = max(((count, len(gram)) for gram, count in counts.items()), default=(0, 0))
    return count * length if count > 1 else 0


def repeated_grams(grams: list[str], size: int) -> int:
    """Characters in sequences that occurred before, as counted by datatrove's find_all_duplicate."""
    seen: set[tuple[str, ...]] = set()
    start = found = 0
    while start <= len(grams) - size:
        gram = tuple(grams[start : start + size])
        if gram in seen:
            found += len("".join(gram))
            start += size
        else:
            seen.add(gram)
            start += 1
    return found


def check(texts: list[str]) -> None:
    statistics, index = measure(pa.array(texts, pa.string()))
    assert index.shape == (len(texts), INDEX_WORDS)
    for place, text in enumerate(texts):
        found = {name: float(getattr(statistics, name)[place]) for name in COLUMNS}
        assert found == pytest.approx(reference(text), abs=1e-9, rel=1e-9), text
    hashes = {}
    for text, row in zip(texts, index[:, :2].tolist(), strict=True):
        seen = "".join(character for character in text if not deleted(character))
        hashes.setdefault(" ".join(seen.lower().split()), set()).add(tuple(row))
    assert all(len(rows) == 1 for rows in hashes.values())
    assert len(set.union(set(), *hashes.values())) == len(hashes)


# Sequences that repeat, in lines that repeat.
repetitive = st.lists(
    st.sampled_from(
        ["de", "a", "De", "x1", "a_b", "que\n", "A QUE\n", "\n", "- ", "•", "...", "…\n", ".", "#", "1", "la"]
    )
    | st.just("a b c d e f g h i j k\n"),
    max_size=80,
).map(" ".join)


@given(st.lists(web_text | repetitive | st.text(), max_size=6))
def test_measures_equal_the_plain_implementation(texts: list[str]) -> None:
    check([text.replace("İ", "I").replace("Σ", "S") for text in texts])


def test_statistics_of_a_text_counted_by_hand() -> None:
    statistics, _ = measure(pa.array(["o céu é azul\no céu é azul\n12 34", ""]))
    assert statistics.words.tolist() == [10, 0]
    assert statistics.stop_words.tolist() == [4 / 8, 0]
    assert statistics.letters.tolist() == pytest.approx([8 / 10, 0])
    assert statistics.duplicate_lines.tolist() == pytest.approx([4 / 10, 0])
    assert statistics.repeated_words.tolist() == [0, 0]
    assert statistics.lines.tolist() == [3, 0]
    assert statistics.repeated_lines.tolist() == pytest.approx([1 / 3, 0])


@pytest.mark.long
def test_measures_of_real_text_equal_the_plain_implementation(real_texts: list[str]) -> None:
    check([text.replace("İ", "I").replace("Σ", "S") for text in real_texts])


def test_the_two_letters_with_exceptional_lower_case() -> None:
    rows = measure(pa.array(["ΟΔΟΣ", "οδοσ", "İ", "i̇"]))[1]
    assert rows[0].tolist() == rows[1].tolist()
    assert rows[2].tolist() != rows[3].tolist()


def test_the_table_of_characters_follows_python() -> None:
    table = characters()
    for code in [*range(0x600), *range(0x1E00, 0x2200), *range(0x2C00, 0x2E00), *range(0xFF00, 0x10000)]:
        character = chr(code)
        if character != "İ":
            assert chr(table[code] & 0xFFFFFF) == character.lower()
        kinds = [bool(table[code] & bit) for bit in (LETTER, WORD, ALPHABETIC, SPACE)]
        word, letters = re.fullmatch(r"\w", character), re.fullmatch(r"[^\W\d_]", character)
        assert kinds == [character.isalpha(), bool(word), bool(letters), character.isspace()]
    assert not any(unicodedata.category(chr(code))[0] in "LNZ" for code in range(CHARACTERS, 0x110000))


@pytest.mark.parametrize("type", [pa.string(), pa.large_string()])
def test_slices_types_and_nulls_make_no_difference(type: pa.DataType) -> None:
    texts = [write_document(Random(seed)).text for seed in range(20)]
    expected, rows = measure(pa.array(texts))
    array = pa.array([None, "ação\n" * 7, *texts, "x"], type)
    found, found_rows = measure(array.slice(2, 20))
    assert np.array_equal(found_rows, rows)
    assert all(np.array_equal(getattr(found, name), getattr(expected, name)) for name in COLUMNS)
    nothing, null_rows = measure(array.slice(0, 1))
    assert nothing.characters.tolist() == [0]
    assert null_rows.tolist() == measure(pa.array([""]))[1].tolist()


@pytest.mark.parametrize("array", [pa.array([], pa.string()), pa.array(["a"]).slice(1), pa.array([""], pa.string())])
def test_empty_arrays_and_texts(array: pa.Array) -> None:
    statistics, rows = measure(array)
    assert len(statistics.words) == len(rows) == len(array)


def test_texts_of_five_megabytes_and_of_lines_without_words() -> None:
    size = 5_000_000
    texts = ["a" * size, "\n" * size, ".\n" * (size // 2), "".join(f"l{n}\n" for n in range(500_000)), "á " * 10]
    statistics, _ = measure(pa.array(texts))
    assert statistics.words.tolist() == [1, 0, size // 2, 500_000, 10]
    assert statistics.lines.tolist() == [1, 0, size // 2, 500_000, 1]
    assert statistics.repeated_lines.tolist() == pytest.approx([0, 0, 1 - 2 / size, 0, 0])
    assert statistics.word_length.tolist()[:3] == [size, 0, 0]


def _signatures(texts: list[str]) -> NDArray[np.uint8]:
    return measure(pa.array(texts))[1][:, 2:].copy().view(np.uint8)


def test_the_hash_ignores_case_and_white_space() -> None:
    rows = measure(pa.array(["Um  dois\n\ntrês ", "um dois três", "um dois tres", "um doistrês"]))[1]
    assert rows[0].tolist() == rows[1].tolist()
    assert len({tuple(row) for row in rows[:, :2].tolist()}) == 3


def test_punctuation_does_not_change_a_signature() -> None:
    first, second = _signatures(
        ["A menina comeu a maçã na cozinha da avó.", "a MENINA comeu a maçã, na cozinha da avó"]
    )
    assert first.tolist() == second.tolist()


def test_the_index_is_the_same_in_every_process_and_release() -> None:
    row = measure(pa.array(["O rato roeu a roupa do rei de Roma e a rainha riu: ÀÇÕŒŽ ΑΒΓ ЖЗ 12."]))[1][0]
    assert row.dtype == np.uint64
    assert row[:4].tolist() == [
        11486637822358203855,
        10337455947065885292,
        11288987637289934687,
        6313172940386451799,
    ]


@pytest.mark.parametrize("text", ["", "uma", "uma duas três", "...", "um dois três quatro cinco"])
def test_short_texts_have_a_signature(text: str) -> None:
    first, second = _signatures([text, text.upper()])
    assert first.shape == (BINS,)
    assert first.tolist() == second.tolist()
    assert len(set(first.tolist())) == 1


def test_similarity_is_estimated_well() -> None:
    rng = Random(0)
    vocabulary = sorted({word for seed in range(60) for word in write_document(Random(seed)).text.split()})
    texts: list[str] = []
    for _ in range(600):
        words = rng.choices(vocabulary, k=int(30 * 50 ** rng.random()))  # 30 to 1,500, log-uniform
        rate = rng.choice((0.005, 0.01, 0.02, 0.04, 0.08))
        changed = [rng.choice(vocabulary) if rng.random() < rate else word for word in words]
        texts += [" ".join(words), " ".join(changed)]
    true = np.array([jaccard(*texts[place : place + 2]) for place in range(0, len(texts), 2)])
    rows = measure(pa.array(texts))[1]
    errors = similarity(rows[::2], rows[1::2]) - true
    error = float(np.sqrt(np.mean(np.square(errors))))
    assert error <= 0.035
    assert error <= 1.08 * float(np.sqrt(np.mean(true * (1 - true) / BINS)))  # the error of 128 independent bins
    assert abs(np.mean(errors)) <= 0.005


def test_unlike_texts_have_no_similarity() -> None:
    rows = measure(pa.array([" ".join(f"p{text}q{word}" for word in range(300)) for text in range(400)]))[1]
    assert abs(similarity(rows[::2], rows[1::2]).mean()) < 0.002


def test_compiled_code_works_if_no_folder_is_writable(tmp_path: Path) -> None:
    """Files take the place of numba's folders, which stops even a user with all permissions."""
    source = tmp_path / "module.py"
    source.write_text("from tinypt.measures.jit import compiled\n\n\n@compiled\ndef twice(x):\n    return 2 * x\n")
    (tmp_path / "__pycache__").write_text("")
    (tmp_path / "home").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", "import module; print(module.twice(21), module.twice.stats.cache_path)"],
        env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}", "HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["42", "None"]
