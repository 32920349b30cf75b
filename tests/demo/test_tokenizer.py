"""The page's WordPiece gives the pieces of the Rust library."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tests.demo.conftest import Demo
from tinypt.tokens.vocabulary import make_tokenizer, read_vocabulary

NASTY = [
    "",
    " \t\n",
    "ac\u0327a\u0303o em NFD, ação em NFC",
    "bandeira 🇧🇷, família 👨‍👩‍👧‍👦, polegar 👍🏽",
    "日本語と中文 no meio",
    "linha\u2028separada\u2029e\u0085mais\u00a0uma\u200bpalavra\ufeff",
    "nulo\0 e \ufffd e \x07 sino \u202e ao contrário",
    "x" * 99 + " " + "y" * 100 + " " + "z" * 101,
    "[MASK][CLS] [mask] [[SEP]] [UNK]s",
    "R$ 1.234,56—50%…«aspas» ‘simples’ d’água pré-pós",
    "ΑΣ ας İstanbul ǅ ß ﬁm Ⅻ ①",
    "##ção ## #",
    "\ud800 sozinho \udc00".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]

Ids = Callable[[list[str]], list[list[int]]]


@pytest.fixture(scope="module")
def encoders(demo: Demo, real_data: Path) -> dict[str, tuple[Tokenizer, Ids]]:
    """Tokenizers of a cased and an uncased published model, in Rust and in the page."""
    found = {}
    for name, cased in (("bertimbau-base-cased", True), ("bert-tiny-uncased", False)):
        vocabulary = read_vocabulary(real_data / "tokenizers" / name / "vocab.txt")
        rust = make_tokenizer(vocabulary, cased=cased, max_length=512).backend_tokenizer
        rust.no_truncation()
        found[name] = rust, in_page(demo, rust, name)
    return found


def in_page(demo: Demo, rust: Tokenizer, name: str) -> Ids:
    demo.page.evaluate(
        """async ([name, json]) => {
          const { Tokenizer } = await import(new URL("tokenizer.js", document.baseURI));
          (window.tokenizers ??= {})[name] = new Tokenizer(JSON.parse(json));
        }""",
        [name, rust.to_str()],
    )
    # As JSON, since playwright takes long to convert lists of many numbers.
    call = """([name, texts]) => {
      const tokenizer = window.tokenizers[name];
      return JSON.stringify(JSON.parse(texts).map((text) => tokenizer.encode(text)));
    }"""
    return lambda texts: json.loads(demo.page.evaluate(call, [name, json.dumps(texts)]))


@pytest.mark.long
def test_the_same_pieces_as_in_rust(encoders: dict[str, tuple[Tokenizer, Ids]], real_sentences: list[str]) -> None:
    for rust, page in encoders.values():
        texts = [*real_sentences, *NASTY]
        expected = [encoding.ids for encoding in rust.encode_batch(texts)]
        assert [
            (text, found) for text, found, ids in zip(texts, page(texts), expected, strict=True) if found != ids
        ] == []


def test_the_same_pieces_of_any_text(demo: Demo, uncased: Any, cased: Any) -> None:
    """Of any characters, also where no real data is at hand. Those whose category Unicode has changed are left out."""
    settled = st.characters(codec="utf-8").filter(
        lambda char: unicodedata.ucd_3_2_0.category(char) == unicodedata.category(char) != "Cn"
    )
    parts = st.one_of(
        st.text(settled, max_size=8), st.sampled_from([*NASTY, "[MASK]", "menina", "ação", "\u0301", " "])
    )
    pairs = [(tokenizer.backend_tokenizer, name) for tokenizer, name in ((cased, "cased"), (uncased, "uncased"))]
    encoders = [(rust, in_page(demo, rust, name)) for rust, name in pairs]
    for rust, _ in encoders:
        rust.no_truncation()

    @settings(max_examples=20)
    @given(st.lists(st.lists(parts, max_size=6).map("".join), min_size=20, max_size=40))
    @example(NASTY)
    def check(texts: list[str]) -> None:
        for rust, page in encoders:
            assert page(texts) == [encoding.ids for encoding in rust.encode_batch(texts)]

    check()


def test_every_character_is_split_alike(demo: Demo, uncased: Any, cased: Any) -> None:
    """Each character of Unicode whose category has not changed since version 3.2 makes the same words as in Rust."""
    chars = [
        chr(code)
        for code in (*range(0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x10000), *range(0x1D000, 0x1D800))
        if unicodedata.ucd_3_2_0.category(chr(code)) == unicodedata.category(chr(code)) not in ("Cn", "Cs")
    ]
    assert len(chars) > 10_000
    for tokenizer, name in ((cased, "cased"), (uncased, "uncased")):
        rust = tokenizer.backend_tokenizer
        in_page(demo, rust, name)
        found = demo.page.evaluate(
            "([name, chars]) => [...chars].map((char) => window.tokenizers[name].words(`a${char}b`).join(' '))",
            [name, "".join(chars)],
        )
        split = rust.pre_tokenizer.pre_tokenize_str
        expected = [" ".join(word for word, _ in split(rust.normalizer.normalize_str(f"a{char}b"))) for char in chars]
        assert [char for char, one, other in zip(chars, found, expected, strict=True) if one != other] == []
