"""Lines that are no text because many documents have them: navigation, notices, invitations to share.

A line counts by a 64-bit key of its characters in lower case, so that what has to be added up over the corpus is small.
"""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tinypt.measures.alphabet import characters
from tinypt.measures.jit import compiled, utf8

LINES_AT_ONCE = 1 << 23  # of line keys; some 500 MB while they are added up
_LOWER = np.uint32(0xFFFFFF)  # as alphabet.py has it
_START, _FACTOR = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_33, _ONE = np.uint64(33), np.uint64(1)


def count_lines(texts: pa.Array, words: int) -> NDArray[np.uint64]:
    """Keys of the lines of at most `words` words, each as many times as there are texts it stands in.

    The texts, strings without nulls, are repaired: their white space is single spaces and line feeds. Dialogue never
    counts, however common.
    """
    _, documents, keys, _ = _short_lines(texts, words)
    order = np.argsort(keys, kind="stable")  # so that of equal keys a document's stand together
    keys, documents = keys[order], documents[order]
    first = np.ones(len(keys), dtype=np.bool_)
    first[1:] = (keys[1:] != keys[:-1]) | (documents[1:] != documents[:-1])
    return np.asarray(keys[first])


def common_lines(counts: list[Path], documents: int) -> NDArray[np.uint64]:
    """Sorted keys of the lines that stand in at least `documents` documents.

    Each file holds one shard's keys, sorted, and their counts. They are added up one range of keys after the
    other, so that memory holds no more than LINES_AT_ONCE of them, whatever the size of the corpus.
    """
    tables = [np.load(path, mmap_mode="r") for path in counts]
    parts = -(-sum(table.shape[1] for table in tables) // LINES_AT_ONCE)
    edges = [2**64 * part // parts for part in range(1, parts)]
    cuts = [[0, *(int(np.searchsorted(t[0], np.uint64(edge))) for edge in edges), t.shape[1]] for t in tables]
    common = [np.empty(0, dtype=np.uint64)]
    for part in range(parts):
        slices = [table[:, cut[part] : cut[part + 1]] for table, cut in zip(tables, cuts, strict=True)]
        keys, times = np.concatenate(slices, axis=1)
        distinct, place = np.unique(keys, return_inverse=True)
        common.append(distinct[np.bincount(place, weights=times) >= documents])
    return np.concatenate(common)


def without_common(texts: pa.Array, common: NDArray[np.uint64], words: int) -> pa.Array:
    """Repaired texts without the short lines whose key is in `common`."""
    data, documents, keys, spans = _short_lines(texts, words)
    hits = np.isin(keys, common)
    if not hits.any():
        return texts
    dropped = {data[start:end].tobytes().decode() for start, end in spans[hits]}
    changed = np.zeros(len(texts), dtype=np.bool_)
    changed[documents[hits]] = True
    shorter = [_without(text, dropped) for text in texts.filter(pa.array(changed)).to_pylist()]
    return pc.replace_with_mask(texts, pa.array(changed), pa.array(shorter, texts.type))


def _without(text: str, dropped: Collection[str]) -> str:
    return "\n".join(line for line in text.split("\n") if line not in dropped)


def _short_lines(
    texts: pa.Array, words: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.uint64], NDArray[np.int64]]:
    """The bytes of the texts, and of their short lines the text, the key and, [lines, 2], where it begins and ends."""
    data, bounds = utf8(texts)
    most = int(np.count_nonzero(data[bounds[0] : bounds[-1]] == ord("\n"))) + len(texts)
    documents, keys, spans = np.empty(most, np.uint32), np.empty(most, np.uint64), np.empty((most, 2), np.int64)
    count = _find_short(data, bounds, words, characters(), documents, keys, spans)
    return data, documents[:count], keys[:count], spans[:count]


@compiled
def _find_short(
    text: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    words: int,
    table: NDArray[np.uint32],
    documents: NDArray[np.uint32],
    keys: NDArray[np.uint64],
    spans: NDArray[np.int64],
) -> int:
    """Fill in the lines that hold fewer spaces than `words` and are no sentence of dialogue; their number."""
    count = 0
    for document in range(len(bounds) - 1):
        start, limit = bounds[document], np.uint64(bounds[document + 1])
        while start < bounds[document + 1]:
            place, spaces = np.uint64(start), 0  # unsigned, as in kernel.py
            while place < limit and text[place] != 10 and spaces < words:
                spaces += text[place] == 32
                place += _ONE
            while place < limit and text[place] != 10:  # too long: only its end is needed
                place += _ONE
            end = np.int64(place)
            begins, ends = text[start] == 45, text[end - 1] == 46 or text[end - 1] == 33 or text[end - 1] == 63
            if end - start > 3:  # – and — are hyphens here, and … is a full stop
                dash = text[start + 2] == 0x93 or text[start + 2] == 0x94
                begins |= text[start] == 0xE2 and text[start + 1] == 0x80 and dash
                ends |= text[end - 3] == 0xE2 and text[end - 2] == 0x80 and text[end - 1] == 0xA6
            if end > start and spaces < words and not (begins and ends):
                key, at = _START, start
                while at < end:  # UTF-8 is decoded as in kernel.py, which cannot be shared: see jit.compiled
                    code, more = np.uint32(text[at]), 0
                    if code >= 0xF0:
                        code, more = code & np.uint32(7), 3
                    elif code >= 0xE0:
                        code, more = code & np.uint32(15), 2
                    elif code >= 0xC0:
                        code, more = code & np.uint32(31), 1
                    for _ in range(more):
                        at += 1
                        code = (code << np.uint32(6)) | np.uint32(text[at] & 63)
                    at += 1
                    lower = table[code] & _LOWER if code < len(table) else code
                    key = (key ^ np.uint64(lower)) * _FACTOR
                key = (key ^ (key >> _33)) * _MIX_1  # the finaliser of MurmurHash3
                key = (key ^ (key >> _33)) * _MIX_2
                documents[count], keys[count] = document, key ^ (key >> _33)
                spans[count, 0], spans[count, 1] = start, end
                count += 1
            start = end + 1
    return count
