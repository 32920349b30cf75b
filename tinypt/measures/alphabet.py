"""What every character is, in one table that compiled code can look things up in."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Bits of an entry; below them stands the lower-case character.
LETTER, WORD, ALPHABETIC, SPACE = 1 << 24, 1 << 25, 1 << 26, 1 << 27
CHARACTERS = 0x33480  # from here on Unicode has neither letters nor digits nor spaces


@cache
def characters() -> NDArray[np.uint32]:
    r"""Table of the characters, uint32 [CHARACTERS]: lower case in the low 24 bits, kinds in the bits above.

    LETTER: str.isalpha(); WORD: the regular expression \w; ALPHABETIC: [^\W\d_]; SPACE: str.isspace(). All is as
    Python's Unicode tables have it, one character at a time, so two rules of str.lower() are left out: a sigma
    that ends a word stays σ, and İ, which would become two characters, stays as it is.
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
    return table
