r"""Measures of texts: counts and shares for the rules, a hash and a MinHash signature for duplicates.

Compiled code scans the UTF-8 bytes of an Arrow array once, in about 70 microseconds per 5 kB. Terms:

- word: a run of characters other than white space, in lower case.
- gram: a sequence of n runs of letters and digits (\w+), in lower case; punctuation is ignored.
- line: the text between two line feeds, if it holds more than white space.

Characters that BERT's tokenizer deletes, such as soft hyphens, are not seen. Lower case, white space, letters and
digits are Python's, for every alphabet; alphabet.py names two exceptions. Text must be valid UTF-8, as in Arrow.
"""

from dataclasses import dataclass
from functools import cache
from itertools import count

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tinypt.measures.alphabet import characters
from tinypt.measures.jit import utf8
from tinypt.measures.kernel import FACTOR, MIX_1, MIX_2, START, measure_documents

PORTUGUESE = frozenset(
    "a o e de da do das dos em no na nos nas um uma num numa que não é para com por pelo pela se os as ao aos à às "
    "mais mas já também muito quando como ou são ser foi foram está tem há seu sua seus suas ele ela eles elas isso "
    "esse essa este esta eu você nós me minha meu até entre depois sem mesmo ainda quem".split()
)
# Frequent words of Spanish, English, French or Italian that are not Portuguese.
FOREIGN = frozenset(
    "el la los las y en del con una es lo un al más pero muy sus sin hay fue donde cuando también su "
    "the of and to in is that for it with was on are this be you by from have not at or which "
    "le les des du et est dans une sur pour avec il di che gli della sono nel alla".split()
)
# The stop words of FineWeb-2's Portuguese recipe (Penedo et al. 2025). Gopher's rule requires two of them.
COMMON = tuple("de a e o em do da que um no uma com para na é foi".split())

BINS = 128  # one-byte bins of a signature
HASH_WORDS = 2  # 64-bit words of an index row that hold the hash; the others hold the signature
INDEX_WORDS = HASH_WORDS + BINS // 8
_STOP_BITS = 12  # the table of stop words has 2**12 entries


@dataclass(frozen=True)
class Statistics:
    """The numbers that rules decide by: float64 arrays [documents]. All are 0 for an empty text.

    Attributes:
        words: number of words.
        stop_words: share of Portuguese function words among the runs of letters minus that of foreign ones, -1 to 1.
        letters: share of words that hold a letter.
        duplicate_lines: words in lines that occurred before, per word.
        repeated_words: share of words inside sequences of five that occurred before (after Rae et al. 2021, A.1).
        characters: number of code points.
        word_length: mean number of characters in a run of letters and digits.
        lines: number of lines.
        bullet_lines: share of lines that begin with • or -.
        ellipsis_lines: share of lines that end in … or ...
        terminal_lines: share of lines that end in . ! ? … or a closing quotation mark.
        short_lines: share of lines of at most 30 characters.
        newlines: line feeds per word.
        hash_signs: # per word.
        ellipses: … and ... per word.
        repeated_lines: share of lines that occurred before.
        repeated_line_characters: share of characters in such lines.
        top_2grams, top_3grams, top_4grams: share of characters in the most frequent gram of 2, 3 or 4 words, the
            longest if several are equally frequent; 0 if none occurs twice.
        repeated_5grams to repeated_10grams: share of characters in grams that occurred before, none counted twice.
        common_words: how many of the 16 words in COMMON occur.
    """

    words: NDArray[np.float64]
    stop_words: NDArray[np.float64]
    letters: NDArray[np.float64]
    duplicate_lines: NDArray[np.float64]
    repeated_words: NDArray[np.float64]
    characters: NDArray[np.float64]
    word_length: NDArray[np.float64]
    lines: NDArray[np.float64]
    bullet_lines: NDArray[np.float64]
    ellipsis_lines: NDArray[np.float64]
    terminal_lines: NDArray[np.float64]
    short_lines: NDArray[np.float64]
    newlines: NDArray[np.float64]
    hash_signs: NDArray[np.float64]
    ellipses: NDArray[np.float64]
    repeated_lines: NDArray[np.float64]
    repeated_line_characters: NDArray[np.float64]
    top_2grams: NDArray[np.float64]
    top_3grams: NDArray[np.float64]
    top_4grams: NDArray[np.float64]
    repeated_5grams: NDArray[np.float64]
    repeated_6grams: NDArray[np.float64]
    repeated_7grams: NDArray[np.float64]
    repeated_8grams: NDArray[np.float64]
    repeated_9grams: NDArray[np.float64]
    repeated_10grams: NDArray[np.float64]
    common_words: NDArray[np.float64]


COLUMNS = tuple(Statistics.__dataclass_fields__)


def measure(texts: pa.Array) -> tuple[Statistics, NDArray[np.uint64]]:
    """Measure texts.

    Args:
        texts: Arrow string or large_string array; a null counts as an empty text.

    Returns:
        The statistics and an index, uint64 [documents, 18]. A row holds a 128-bit hash of the text, which ignores
        case, white space and deleted characters, and the MinHash signature of its grams of five words, 128 bins of 8
        bits. A shorter text counts as one gram. The signature uses one-permutation hashing (Li, Owen and Zhang 2012),
        fills empty bins after Shrivastava (2017) and keeps the low bits of each bin's smallest hash (Li and König
        2010).
    """
    if texts.null_count:
        texts = texts.fill_null("")
    text, bounds = utf8(texts)
    columns = np.zeros((len(COLUMNS), len(texts)), dtype=np.float64)
    hashes = np.empty((len(texts), HASH_WORDS), dtype=np.uint64)
    bins = np.empty((len(texts), BINS), dtype=np.uint8)
    measure_documents(text, bounds, characters(), *_stop_words(), columns, hashes, bins)
    return Statistics(*columns), np.concatenate([hashes, bins.view(np.uint64)], axis=1)


@cache
def _stop_words() -> tuple[NDArray[np.uint64], NDArray[np.uint64], np.uint64, np.uint64]:
    """A perfect hash table of the stop words: a word's entry is given by the upper bits of its hash times a factor.

    Returns:
        The hashes, uint64 [entries]; the kinds of the words, uint64 [entries], bit 0 for Portuguese, bit 1 for
        foreign, bit 2 + i for COMMON[i]; the factor; the number of bits to shift the product right.
    """
    kind_of = {}
    for word in sorted({*PORTUGUESE, *FOREIGN, *COMMON}):
        state = int(START)
        for character in word:
            state = (state ^ ord(character)) * int(FACTOR) % 2**64
        for mix in (int(MIX_1), int(MIX_2), 1):
            state = (state ^ (state >> 33)) * mix % 2**64
        common = 4 << COMMON.index(word) if word in COMMON else 0
        kind_of[state] = (word in PORTUGUESE) | (word in FOREIGN) << 1 | common
    hashes, shift = np.array([*kind_of], dtype=np.uint64), np.uint64(64 - _STOP_BITS)
    factors = (np.uint64(pow(int(FACTOR), power, 2**64)) for power in count(1))  # finds one in about ten tries
    factor = next(factor for factor in factors if len(np.unique((hashes * factor) >> shift)) == len(hashes))
    places = (hashes * factor) >> shift
    keys, kinds = np.zeros((2, 1 << _STOP_BITS), dtype=np.uint64)
    keys[places], kinds[places] = hashes, [*kind_of.values()]
    return keys, kinds, factor, shift
