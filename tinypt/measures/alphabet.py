"""A table of the properties of all characters, for use by compiled code."""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

# Bits of an entry. The lower 24 bits hold the lower-case character.
LETTER, WORD, ALPHABETIC, SPACE, DELETED = 1 << 24, 1 << 25, 1 << 26, 1 << 27, 1 << 28
CHARACTERS = 0x33480  # higher code points are neither letters nor digits nor spaces
UNSEEN = 0xE0000  # from here on, all are DELETED: tags, variation selectors, and planes for private use
# Of Unicode's Default_Ignorable_Code_Point, those that BERT keeps: fillers, joiners, variation selectors.
_IGNORABLE = {
    *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2065, 0x3164, *range(0xFE00, 0xFE10), 0xFFA0),
    *range(0xFFF0, 0xFFF9),
}


def is_unseen(character: str) -> bool:
    """Whether BERT's tokenizer deletes a character, or a reader does not see it. White space is seen."""
    code = ord(character)
    if code >= UNSEEN or code in _IGNORABLE or character == "\ufffd":
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Co") and not character.isspace()


@cache
def characters() -> NDArray[np.uint32]:
    r"""Table of the characters, uint32 [CHARACTERS]: lower case in the low 24 bits, properties in the higher bits.

    LETTER is str.isalpha(), WORD the regular expression \w, ALPHABETIC [^\W\d_] and SPACE str.isspace(). DELETED is
    `is_unseen`. All follow Python's Unicode tables, one character at a time. So two rules of str.lower() do not apply:
    a sigma at the end of a word becomes σ, and İ, whose lower case is two characters, stays İ.
    """
    every = [*map(chr, range(CHARACTERS))]
    lower = [*map(str.lower, every)]
    lower[0x130] = every[0x130]
    table = np.fromiter(map(ord, lower), np.uint32, CHARACTERS)
    word = np.fromiter(map(str.isalnum, every), bool, CHARACTERS)
    decimal = np.fromiter(map(str.isdecimal, every), bool, CHARACTERS)
    table[np.fromiter(map(str.isalpha, every), bool, CHARACTERS)] |= np.uint32(LETTER)
    table[np.fromiter(map(str.isspace, every), bool, CHARACTERS)] |= np.uint32(SPACE)
    table[word] |= np.uint32(WORD)
    table[word & ~decimal] |= np.uint32(ALPHABETIC)
    table[ord("_")] |= np.uint32(WORD)
    table[np.fromiter(map(is_unseen, every), bool, CHARACTERS)] |= np.uint32(DELETED)
    return table
