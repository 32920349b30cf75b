"""The compiled pass over documents behind `statistics.measure`.

`found` holds the numbers in the order of the fields of Statistics. Sums of hashes represent grams: with
sums[i + 1] = sums[i] * FACTOR + hash of word i, the gram of n words from word i is sums[i + n] - sums[i] * FACTOR**n.
Hash tables use open addressing. An entry is free if its stamp is not the current one.
"""

import numpy as np
from numpy.typing import NDArray

from tinypt.measures.jit import compiled, inner

Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Places = NDArray[np.int32]
Floats = NDArray[np.float64]

# All are unsigned, since numba makes a float of a signed and an unsigned number. Positions in the inner loops are
# unsigned too: numba tests each time whether a signed one is negative.
_LOWER, _LETTER, _WORD = np.uint32(0xFFFFFF), np.uint32(1 << 24), np.uint32(1 << 25)  # as in alphabet.py
_ALPHABETIC, _SPACE, _DELETED = np.uint32(1 << 26), np.uint32(1 << 27), np.uint32(1 << 28)
_UNSEEN = np.uint32(0xE0000)  # as in alphabet.py
START, FACTOR = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15)
MIX_1, MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_ONE, _TWO, _33, _57 = np.uint64(1), np.uint64(2), np.uint64(33), np.uint64(57)
_BYTE, _NONE = np.uint64(0xFF), np.uint64(0xFFFFFFFFFFFFFFFF)


@inner
def _mix(x: np.uint64) -> np.uint64:
    """The finaliser of MurmurHash3 (Appleby 2011)."""
    x = (x ^ (x >> _33)) * MIX_1
    x = (x ^ (x >> _33)) * MIX_2
    return x ^ (x >> _33)


@inner
def _add(state: np.uint64, character: np.uint64) -> np.uint64:
    return (state ^ character) * FACTOR


@inner
def _slot(key: np.uint64, keys: Hashes, used: Places, stamp: int, mask: np.uint64) -> np.uint64:
    """Position of a key in a hash table, or a free one, where used[place] is not `stamp`."""
    place = key & mask
    while used[place] == stamp and keys[place] != key:
        place = (place + _ONE) & mask
    return place


@inner
def _mask(entries: int) -> np.uint64:
    """Size minus one of a hash table that is at most half full."""
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
    stop_factor: np.uint64,
    stop_shift: np.uint64,
    words: Hashes,
    grams: Hashes,
    ends: Numbers,
    keys: Hashes,
    used: Places,
    stamp: int,
    found: Floats,
    hashes: Hashes,
) -> tuple[int, int]:
    """Scan the bytes of a document once for the sums of hashes, the counts and the hash of the text.

    Returns the number of words and of runs of letters and digits.
    """
    word = gram = run = line = START
    first, second = _ONE, _TWO
    in_word = in_run = letter = False
    gram_length = line_length = line_words = dots = 0
    n_words = n_grams = with_letter = runs = balance = characters = 0
    lines = bullets = ellipsis_lines = terminal = short = signs = ellipses = 0
    again = again_words = again_characters = newlines = 0
    common = np.uint64(0)
    bullet = last = previous = np.uint32(0)
    for byte in text[begin:end]:
        newlines += byte == 10
    mask = _mask(min(newlines, (end - begin) // 2) + 1)  # a counted line takes at least two bytes
    words[0] = grams[0] = np.uint64(0)
    ends[0] = 0
    at, stop = np.uint64(begin), np.uint64(end)
    while at <= stop:
        start = at
        while (
            at < stop and text[at] < 128 and table[text[at]] & _ALPHABETIC
        ):  # fast path for most of a text: inside words
            lower = np.uint64(table[text[at]] & _LOWER)
            gram, run, word, line = _add(gram, lower), _add(run, lower), _add(word, lower), _add(line, lower)
            at += _ONE
        if at > start:
            length = int(at - start)
            characters, gram_length, line_length = characters + length, gram_length + length, line_length + length
            in_run = in_word = letter = True
            last = previous = np.uint32(text[at - _ONE])
            dots = 0

        code = np.uint32(10)  # a line feed after the last byte ends the open word and line
        if at < stop:
            code = np.uint32(text[at])
            more = 0
            if code >= 0xF0:
                code, more = code & np.uint32(7), 3
            elif code >= 0xE0:
                code, more = code & np.uint32(15), 2
            elif code >= 0xC0:
                code, more = code & np.uint32(31), 1
            for _ in range(more):
                at += _ONE
                code = (code << np.uint32(6)) | np.uint32(text[at] & 63)
            characters += 1
        at += _ONE
        entry = table[code] if code < len(table) else code
        if entry & _DELETED or code >= _UNSEEN:
            characters -= 1
            continue
        lower = np.uint64(entry & _LOWER)

        if entry & _WORD:
            gram = _add(gram, lower)
            gram_length += 1
        elif gram_length:
            n_grams += 1
            grams[n_grams] = grams[n_grams - 1] * FACTOR + _mix(gram)
            ends[n_grams] = ends[n_grams - 1] + gram_length
            gram, gram_length = START, 0

        if entry & _ALPHABETIC:
            run, in_run = _add(run, lower), True
        elif in_run:
            runs += 1
            key = _mix(run)
            place = (key * stop_factor) >> stop_shift
            kinds = stop_kinds[place] if stop_keys[place] == key else np.uint64(0)
            if kinds & _ONE:
                balance += 1
            if kinds & _TWO:
                balance -= 1
            common |= kinds >> _TWO
            run, in_run = START, False

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
            words[n_words] = words[n_words - 1] * FACTOR + key
            first, second = _mix(first ^ key), _mix((second + key) * FACTOR)
            with_letter += letter
            line_words += 1
            word, in_word, letter = START, False, False

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
        line, line_length, line_words, dots = START, 0, 0, 0
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
def _repeated_words(sums: Hashes, n: int, keys: Hashes, used: Places, stamp: int) -> float:
    """Share of words inside sequences of five words that occurred before."""
    covered, end = 0, 0
    mask = _mask(n)
    power = FACTOR * FACTOR * FACTOR * FACTOR * FACTOR
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
    used: Places,
    stamp: int,
    counts: Places,
    places: Places,
    slots: Places,
    found: Floats,
) -> None:
    """Fill in the statistics of repeated grams of 2 to 10 words.

    A repeated gram begins with a shorter repeated one, so only the repeated grams of one size are tried for the next.
    """
    left = n
    for place in range(n):
        places[place] = place
    per_character = 1 / max(found[5], 1)
    power = FACTOR
    for size in range(2, 11):
        power *= FACTOR
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
                length = ends[place + size] - ends[place] + size - 1  # including the spaces, as in Gopher
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
                counts[slot] = 0  # any later one is a repetition
        found[15 + size] = covered * per_character


@inner
def _sign(sums: Hashes, n: int, smallest: Hashes, bins: Bytes) -> None:
    """Fill in the MinHash signature of the grams of five words."""
    size = min(n, 5)
    power = np.uint64(1)
    for _ in range(size):
        power *= FACTOR
    smallest[:] = _NONE
    for start in range(n - size + 1):
        key = _mix(sums[start + size] - sums[start] * power)
        place = key >> _57
        smallest[place] = min(smallest[place], key)
    for bin in range(len(bins)):
        donor, draw = np.int64(bin), np.uint64(bin) << _33
        while smallest[donor] == _NONE:
            draw += _ONE
            donor = np.int64(_mix(draw) >> _57)
        bins[bin] = np.uint8(smallest[donor] & _BYTE)


@compiled
def measure_documents(
    text: Bytes,
    bounds: Numbers,
    table: NDArray[np.uint32],
    stop_keys: Hashes,
    stop_kinds: Hashes,
    stop_factor: np.uint64,
    stop_shift: np.uint64,
    columns: Floats,
    hashes: Hashes,
    bins: Bytes,
) -> None:
    """Fill columns float64 [27, documents], hashes uint64 [documents, 2] and bins uint8 [documents, 128]."""
    longest = 0
    for document in range(len(bounds) - 1):
        longest = max(longest, bounds[document + 1] - bounds[document])
    most = longest // 2 + 2  # words, and lines with a word; unused memory is never touched
    words, grams, ends = np.empty(most, np.uint64), np.empty(most, np.uint64), np.empty(most, np.int64)
    places, slots = np.empty(most, np.int32), np.empty(most, np.int32)
    size = np.int64(_mask(most)) + 1
    keys, used, counts = np.empty(size, np.uint64), np.zeros(size, np.int32), np.empty(size, np.int32)
    smallest, found = np.empty(128, dtype=np.uint64), np.empty(len(columns), dtype=np.float64)
    for document in range(len(bounds) - 1):
        stamp = 16 * (document + 1)  # frees the tables' entries of earlier documents
        found[:] = 0
        n_words, n_grams = _scan(
            text, bounds[document], bounds[document + 1], table, stop_keys, stop_kinds, stop_factor, stop_shift,
            words, grams, ends, keys, used, stamp, found, hashes[document],
        )  # fmt: skip
        found[4] = _repeated_words(words, n_words, keys, used, stamp + 1)
        _repeated_grams(grams, ends, n_grams, keys, used, stamp, counts, places, slots, found)
        _sign(grams, n_grams, smallest, bins[document])
        for number in range(len(found)):  # an assignment of arrays compiles its error message too, for seconds
            columns[number, document] = found[number]
