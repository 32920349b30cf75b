r"""What a text is measured by: counts and shares for the rules, a hash and a MinHash signature for duplicates.

One pass of compiled code over the UTF-8 bytes of a whole Arrow array, about 5 words in a microsecond. Terms:

- word: a run of anything but white space, in lower case.
- gram: words in a row, each a run of letters and digits (\w+) in lower case; punctuation takes no part.
- line: what stands between line feeds and holds more than white space.

Lower case, white space, letters and digits are Python's for every alphabet; alphabet.py names two exceptions. Text
must be valid UTF-8, as Arrow strings are.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tinypt.cleaning.alphabet import characters
from tinypt.cleaning.jit import compiled, inner

PORTUGUESE = frozenset(
    "a o e de da do das dos em no na nos nas um uma num numa que não é para com por pelo pela se os as ao aos à às "
    "mais mas já também muito quando como ou são ser foi foram está tem há seu sua seus suas ele ela eles elas isso "
    "esse essa este esta eu você nós me minha meu até entre depois sem mesmo ainda quem".split()
)
# Frequent in Spanish, English, French or Italian, and no words of Portuguese.
FOREIGN = frozenset(
    "el la los las y en del con una es lo un al más pero muy sus sin hay fue donde cuando también su "
    "the of and to in is that for it with was on are this be you by from have not at or which "
    "le les des du et est dans une sur pour avec il di che gli della sono nel alla".split()
)
# The stop words of FineWeb-2's Portuguese recipe (Penedo et al. 2025), of which Gopher's rule asks for two.
COMMON = tuple("de a e o em do da que um no uma com para na é foi".split())

BINS = 128  # of a signature, of one byte each
HASH_WORDS = 2  # 64-bit words of an index row that are the hash; the others are the signature
INDEX_WORDS = HASH_WORDS + BINS // 8


@dataclass(frozen=True)
class Statistics:
    """Numbers the rules decide by: float64 columns [documents]; all are 0 for an empty text.

    Attributes:
        words: number of words.
        stop_words: share of Portuguese function words among the runs of letters, less that of foreign ones, -1 to 1.
        letters: share of words that hold a letter.
        duplicate_lines: words in lines that stood before, per word.
        repeated_words: share of words inside sequences of five that stood before (after Rae et al. 2021, A.1).
        characters: number of code points.
        word_length: mean number of characters of a gram's words.
        lines: number of lines.
        bullet_lines: share of lines that begin with • or -.
        ellipsis_lines: share of lines that end in … or ...
        terminal_lines: share of lines that end in . ! ? … or a closing quotation mark.
        short_lines: share of lines of at most 30 characters.
        newlines: line feeds per word.
        hash_signs: # per word.
        ellipses: … and ... per word.
        repeated_lines: share of lines that stood before.
        repeated_line_characters: share of characters in such lines.
        top_2grams, top_3grams, top_4grams: share of characters in the most frequent gram of so many words, the
            longest of them where several are; 0 where none stands twice.
        repeated_5grams to repeated_10grams: share of characters in grams that stood before, none counted twice.
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
        The statistics, and an index of uint64 [documents, 18]: a 128-bit hash of the text, case and white space
        apart, and the MinHash signature of its grams of five words, 128 bins of 8 bits. One-permutation hashing
        (Li, Owen and Zhang 2012) with empty bins filled after Shrivastava (2017); of a bin's smallest hash the low
        bits are kept (Li and König 2010). A shorter text is one gram.
    """
    if texts.null_count:
        texts = texts.fill_null("")
    _, offsets, data = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    bounds = np.zeros(1, dtype=np.int64)
    if len(texts):
        bounds = np.frombuffer(offsets, width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    text = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, dtype=np.uint8)
    columns = np.zeros((len(COLUMNS), len(texts)), dtype=np.float64)
    hashes = np.empty((len(texts), HASH_WORDS), dtype=np.uint64)
    bins = np.empty((len(texts), BINS), dtype=np.uint8)
    _measure(text, bounds, characters(), *_stop_words(), columns, hashes, bins)
    return Statistics(*columns), np.concatenate([hashes, bins.view(np.uint64)], axis=1)


Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Everything below is compiled. Constants are unsigned: numba turns a signed and an unsigned number into a float.
_LOWER, _LETTER, _WORD = np.uint32(0xFFFFFF), np.uint32(1 << 24), np.uint32(1 << 25)  # as alphabet.py has them
_ALPHABETIC, _SPACE = np.uint32(1 << 26), np.uint32(1 << 27)
_START, _FACTOR = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_ONE, _TWO, _33, _57 = np.uint64(1), np.uint64(2), np.uint64(33), np.uint64(57)
_BYTE, _NONE = np.uint64(0xFF), np.uint64(0xFFFFFFFFFFFFFFFF)


@inner
def _mix(x: np.uint64) -> np.uint64:
    """The finaliser of MurmurHash3 (Appleby 2011)."""
    x = (x ^ (x >> _33)) * _MIX_1
    x = (x ^ (x >> _33)) * _MIX_2
    return x ^ (x >> _33)


@inner
def _add(state: np.uint64, character: np.uint64) -> np.uint64:
    return (state ^ character) * _FACTOR


@inner
def _slot(key: np.uint64, keys: Hashes, used: Numbers, stamp: int, mask: np.uint64) -> np.int64:
    """Place of a key in an open-addressing table: its own, or a free one, where used[place] is not `stamp`."""
    place = np.int64(key & mask)
    while used[place] == stamp and keys[place] != key:
        place = (place + 1) & np.int64(mask)
    return place


@inner
def _mask(entries: int) -> np.uint64:
    """Size, less one, of a table that is at most half full."""
    size = 4
    while size < 2 * entries:
        size *= 2
    return np.uint64(size - 1)


@inner
def _is_ending(code: np.uint32) -> bool:
    """One of . ! ? … and the quotation marks " ' ” ’ »."""
    if code < 128:
        return bool(code == 46 or code == 33 or code == 63 or code == 34 or code == 39)
    return bool(code == 0x2026 or code == 0x201D or code == 0x2019 or code == 0xBB)


@inner
def _scan(
    text: Bytes,
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    stop_keys: Hashes,
    stop_kinds: Hashes,
    words: Hashes,
    grams: Hashes,
    ends: Numbers,
    keys: Hashes,
    used: Numbers,
    stamp: int,
    found: Floats,
    hashes: Hashes,
) -> tuple[int, int]:
    """One pass over a document's bytes: sums of hashes for grams, line and character counts, the hash of the text."""
    word = gram = run = line = _START
    first, second = _ONE, _TWO
    in_word = in_run = letter = False
    gram_length = line_length = line_words = dots = 0
    n_words = n_grams = with_letter = runs = balance = characters = 0
    lines = bullets = ellipsis_lines = terminal = short = signs = ellipses = 0
    again = again_words = again_characters = newlines = 0
    common = np.uint64(0)
    bullet = last = previous = np.uint32(0)
    stop_mask = np.uint64(len(stop_keys) - 1)
    for at in range(begin, end):
        newlines += text[at] == 10
    mask = _mask(newlines + 1)
    words[0] = grams[0] = np.uint64(0)
    ends[0] = 0
    at = begin
    while at <= end:
        code = np.uint32(10)  # a line feed after the last byte closes what is open
        if at < end:
            code = np.uint32(text[at])
            more = 0
            if code >= 0xF0:
                code, more = code & np.uint32(7), 3
            elif code >= 0xE0:
                code, more = code & np.uint32(15), 2
            elif code >= 0xC0:
                code, more = code & np.uint32(31), 1
            for _ in range(more):
                at += 1
                code = (code << np.uint32(6)) | np.uint32(text[at] & 63)
            characters += 1
        at += 1
        entry = table[code] if code < len(table) else code
        lower = np.uint64(entry & _LOWER)

        if entry & _WORD:
            gram = _add(gram, lower)
            gram_length += 1
        elif gram_length:
            n_grams += 1
            grams[n_grams] = grams[n_grams - 1] * _FACTOR + _mix(gram)
            ends[n_grams] = ends[n_grams - 1] + gram_length
            gram, gram_length = _START, 0

        if entry & _ALPHABETIC:
            run, in_run = _add(run, lower), True
        elif in_run:
            runs += 1
            key = _mix(run)
            place = np.int64(key & stop_mask)
            while stop_kinds[place] and stop_keys[place] != key:
                place = (place + 1) & np.int64(stop_mask)
            kinds = stop_kinds[place]
            if kinds & _ONE:
                balance += 1
            if kinds & _TWO:
                balance -= 1
            common |= kinds >> _TWO
            run, in_run = _START, False

        if not entry & _SPACE:
            if line_words == 0 and not in_word:
                bullet = code
            word, in_word = _add(word, lower), True
            letter |= (entry & _LETTER) != 0
            last = code
            dots = (dots + 1 if previous == 46 else 1) if code == 46 else 0
            ellipses += code == 0x2026 or (code == 46 and dots % 3 == 0)
            signs += code == 35
        elif in_word:
            key = _mix(word)
            n_words += 1
            words[n_words] = words[n_words - 1] * _FACTOR + key
            first, second = _mix(first ^ key), _mix((second + key) * _FACTOR)
            with_letter += letter
            line_words += 1
            word, in_word, letter = _START, False, False

        if code != 10:
            line = _add(line, lower)
            line_length += 1
            previous = code
            continue
        if line_words:
            lines += 1
            bullets += bullet == 0x2022 or bullet == 45
            ellipsis_lines += last == 0x2026 or dots >= 3
            terminal += _is_ending(last)
            short += line_length <= 30
            key = _mix(line)
            place = _slot(key, keys, used, stamp, mask)
            if used[place] == stamp:
                again += 1
                again_words += line_words
                again_characters += line_length
            used[place], keys[place] = stamp, key
        line, line_length, line_words, dots = _START, 0, 0, 0
        bullet = last = previous = np.uint32(0)

    hashes[0], hashes[1] = first, second
    per_word, per_line, per_character = 1 / max(n_words, 1), 1 / max(lines, 1), 1 / max(characters, 1)
    found[0] = n_words
    found[1] = balance / max(runs, 1)
    found[2] = with_letter * per_word
    found[3] = again_words * per_word
    found[5] = characters
    found[6] = ends[n_grams] / max(n_grams, 1)
    found[7] = lines
    found[8] = bullets * per_line
    found[9] = ellipsis_lines * per_line
    found[10] = terminal * per_line
    found[11] = short * per_line
    found[12] = newlines * per_word
    found[13] = signs * per_word
    found[14] = ellipses * per_word
    found[15] = again * per_line
    found[16] = again_characters * per_character
    while common:
        found[26] += common & _ONE
        common >>= _ONE
    return n_words, n_grams


@inner
def _repeated_words(sums: Hashes, n: int, keys: Hashes, used: Numbers, stamp: int) -> float:
    """Share of words in sequences of five that stood before."""
    covered, end = 0, 0
    mask = _mask(n)
    power = _FACTOR * _FACTOR * _FACTOR * _FACTOR * _FACTOR
    for start in range(n - 4):
        key = _mix(sums[start + 5] - sums[start] * power)
        place = _slot(key, keys, used, stamp, mask)
        if used[place] == stamp:
            covered += start + 5 - max(start, end)
            end = start + 5
        used[place], keys[place] = stamp, key
    return covered / max(n, 1)


@inner
def _repeated_grams(
    sums: Hashes,
    ends: Numbers,
    n: int,
    keys: Hashes,
    used: Numbers,
    stamp: int,
    counts: Numbers,
    places: Numbers,
    slots: Numbers,
    found: Floats,
) -> None:
    """Grams of 2 to 10 words; one that stands twice begins with a shorter one that does, so ever fewer are left."""
    left = n
    for place in range(n):
        places[place] = place
    per_character = 1 / max(found[5], 1)
    power = _FACTOR
    for size in range(2, 11):
        power *= _FACTOR
        while left and places[left - 1] + size > n:
            left -= 1
        if left == 0:
            break
        mask = _mask(left)
        for index in range(left):
            place = places[index]
            key = _mix(sums[place + size] - sums[place] * power)
            slot = _slot(key, keys, used, stamp + size, mask)
            if used[slot] != stamp + size:
                used[slot], keys[slot], counts[slot] = stamp + size, key, 0
            counts[slot] += 1
            slots[index] = slot
        kept, most, longest = 0, 0, 0
        for index in range(left):
            place, slot = places[index], slots[index]
            count = counts[slot]
            if count > 1:
                length = ends[place + size] - ends[place] + size - 1  # with the spaces between, as Gopher has it
                if count > most or (count == most and length > longest):
                    most, longest = count, length
                places[kept], slots[kept] = place, slot
                kept += 1
        left = kept
        if size <= 4:
            found[15 + size] = most * longest * per_character
            continue
        covered, end = 0, 0
        for index in range(left):
            place, slot = places[index], slots[index]
            if place >= end:
                if counts[slot] == 0:
                    covered += ends[place + size] - ends[place]
                    end = place + size
                counts[slot] = 0  # from here on it stood before
        found[15 + size] = covered * per_character


@inner
def _sign(sums: Hashes, n: int, smallest: Hashes, bins: Bytes) -> None:
    """MinHash signature of the grams of five words."""
    size = min(n, 5)
    power = np.uint64(1)
    for _ in range(size):
        power *= _FACTOR
    smallest[:] = _NONE
    for start in range(n - size + 1):
        key = _mix(sums[start + size] - sums[start] * power)
        place = np.int64(key >> _57)
        smallest[place] = min(smallest[place], key)
    for bin in range(len(bins)):
        donor, draw = np.int64(bin), np.uint64(bin) << _33
        while smallest[donor] == _NONE:
            draw += _ONE
            donor = np.int64(_mix(draw) >> _57)
        bins[bin] = np.uint8(smallest[donor] & _BYTE)


@compiled
def _measure(
    text: Bytes,
    bounds: Numbers,
    table: NDArray[np.uint32],
    stop_keys: Hashes,
    stop_kinds: Hashes,
    columns: Floats,
    hashes: Hashes,
    bins: Bytes,
) -> None:
    """Fill columns float64 [27, documents], hashes uint64 [documents, 2] and bins uint8 [documents, 128]."""
    longest = 0
    for document in range(len(bounds) - 1):
        longest = max(longest, bounds[document + 1] - bounds[document])
    most = longest // 2 + 2  # of words, and of lines that hold one; memory that is not used is never touched
    words, grams = np.empty(most, dtype=np.uint64), np.empty(most, dtype=np.uint64)
    ends, places, slots = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    size = np.int64(_mask(longest + 2)) + 1
    keys, used, counts = np.empty(size, dtype=np.uint64), np.zeros(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    smallest, found = np.empty(128, dtype=np.uint64), np.empty(len(columns), dtype=np.float64)
    for document in range(len(bounds) - 1):
        stamp = 16 * (document + 1)  # a table is empty where its stamps are another's
        found[:] = 0
        n_words, n_grams = _scan(
            text, bounds[document], bounds[document + 1], table, stop_keys, stop_kinds,
            words, grams, ends, keys, used, stamp, found, hashes[document],
        )  # fmt: skip
        found[4] = _repeated_words(words, n_words, keys, used, stamp + 1)
        _repeated_grams(grams, ends, n_grams, keys, used, stamp, counts, places, slots, found)
        _sign(grams, n_grams, smallest, bins[document])
        columns[:, document] = found


@cache
def _stop_words() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Table of the stop words' hashes, and what they are: bit 0 Portuguese, bit 1 foreign, from bit 2 on COMMON's."""
    keys, kinds = np.zeros(1024, dtype=np.uint64), np.zeros(1024, dtype=np.uint64)
    for word in sorted({*PORTUGUESE, *FOREIGN, *COMMON}):
        state = int(_START)
        for character in word:
            state = (state ^ ord(character)) * int(_FACTOR) % 2**64
        for factor in (int(_MIX_1), int(_MIX_2), 1):
            state = (state ^ (state >> 33)) * factor % 2**64
        place = state % len(keys)
        while kinds[place]:
            place = (place + 1) % len(keys)
        keys[place] = state
        common = 4 << COMMON.index(word) if word in COMMON else 0
        kinds[place] = (word in PORTUGUESE) | (word in FOREIGN) << 1 | common
    return keys, kinds
