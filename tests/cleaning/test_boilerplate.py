from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinypt.cleaning.boilerplate as module
from tinypt.cleaning.boilerplate import common_lines, count_lines, without_common
from tinypt.measures.alphabet import CHARACTERS, characters


def key(line: str) -> int:
    return int(count_lines(pa.array([line]), 1000)[0])


def lower(line: str) -> str:
    """Lower case by the table of alphabet.py, character by character."""
    table = characters() & 0xFFFFFF
    return "".join(chr(table[ord(letter)]) if ord(letter) < CHARACTERS else letter for letter in line)


def short(text: str, words: int) -> set[str]:
    lines = (line for line in text.split("\n") if line and len(line.split()) <= words)
    return {line for line in lines if not (line.startswith(("-", "–", "—")) and line.endswith((".", "!", "?", "…")))}


def without(texts: list[str], common: list[str], words: int) -> list[str]:
    keys = np.array(sorted(map(key, common)), dtype=np.uint64)
    left: list[str] = without_common(pa.array(texts, pa.string()), keys, words).to_pylist()
    return left


def test_keys_ignore_case() -> None:
    assert key("Leia Mais") == key("leia mais") != key("leia menos")
    assert without(["Leia mais\nTexto."], ["LEIA MAIS"], 15) == ["Texto."]


_LINES = [
    "a",
    "A",
    "É",
    "é",
    "um dois",
    "Um Dois",
    "um dois três",
    "- Sim.",
    "– sim",
    "– sim…",
    "—Não!",
    "…",
    "Σας ΣΑΣ",
]
_lines = st.lists(st.sampled_from(_LINES) | st.text("-–—….aÇ😀 ", min_size=1, max_size=6).map(str.strip))
_texts = st.lists(
    _lines.map(lambda lines: "\n".join(filter(None, (" ".join(line.split()) for line in lines)))), max_size=6
)


@given(_texts, st.integers(0, 3))
def test_short_lines_are_counted_and_removed_as_text_by_text(texts: list[str], words: int) -> None:
    expected = Counter(line for text in texts for line in {lower(line) for line in short(text, words)})
    counted = Counter(count_lines(pa.array(texts, pa.string()), words).tolist())
    assert sorted(counted.values()) == sorted(expected.values())
    common = [line for line, times in expected.items() if times > 1 and line in short(line, words)]
    left = [
        "\n".join(line for line in text.split("\n") if line not in short(text, words) or lower(line) not in common)
        for text in texts
    ]
    assert without(texts, common, words) == left


def test_a_slice_of_a_column_is_read_correctly() -> None:
    texts = pa.array(["Início\num", "Início\ndois", "outro"])
    assert count_lines(texts[1:], 5).tolist() == count_lines(pa.array(texts[1:].to_pylist()), 5).tolist()


def test_a_key_is_the_same_on_every_machine() -> None:
    assert key("Leia mais") == 7123476443065720480


def test_common_lines_are_counted_over_shards_in_limited_memory(
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
    chosen = sorted(key for key, count in expected.items() if count >= 5)
    assert chosen
    assert common_lines(paths, 5).tolist() == chosen
    for at_once in (1, 7, 300):
        monkeypatch.setattr(module, "LINES_AT_ONCE", at_once)
        assert common_lines(paths, 5).tolist() == chosen
