"""Patterns that Rust runs for the pipeline and Python for the reference: both must find the same."""

import re

import polars as pl
import pytest

from tests.cleaning.reference import python
from tinypt.cleaning import text
from tinypt.cleaning.personal import PATTERNS
from tinypt.cleaning.screen import EDGE

SHARED = {
    **{placeholder: pattern for pattern, placeholder in PATTERNS.items()},
    "URL": text._URL,
    "introduced": text._INTRODUCED,
}
# A text for each pattern, with a place for a character on all sides.
FRAMES = {
    "nome@exemplo.com.br": "{0}ana{0}@{0}exemplo{0}.com{0}",
    "000.000.000-00": "{0}123.456.789-09{0}",
    "(00) 0000-0000": "{0}(11) 98765-4321{0}",
    "URL": "{0}http://a.com/{0}(b{0}) fim",
    "introduced": "{0}Link: \ufdd0{0}Acesso em {0}1/2/2010{0}",
}


@pytest.mark.parametrize("name", SHARED)
def test_shared_patterns_hold_no_class_that_the_engines_define_differently(name: str) -> None:
    assert not re.findall(r"\\[wWdDsSbB]", SHARED[name].replace(EDGE, ""))


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.long
def test_rust_and_python_find_the_same_next_to_every_character(name: str) -> None:
    """Without the white space that is gone before these patterns run, and without the surrogates, which are no text."""
    characters = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    lines = "\n".join(
        FRAMES[name].format(character) for character in characters if character == " " or not character.isspace()
    )
    by_rust = pl.Series([lines]).str.replace_all(SHARED[name], "<>")[0]
    assert by_rust == re.sub(python(SHARED[name]), "<>", lines)
