"""Removing lines that occur in many documents: navigation, notices, invitations to share.

A line is counted by a 64-bit key of its lower-case characters, so that the counts of a corpus stay small.
"""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tinypt.files import verify
from tinypt.measures.alphabet import characters
from tinypt.measures.jit import compiled, utf8

LINES_AT_ONCE = 1 << 23  # line keys counted at once; about 500 MB
_LOWER = np.uint32(0xFFFFFF)  # as in alphabet.py
_START, _FACTOR = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_33, _ONE = np.uint64(33), np.uint64(1)


def count_lines(texts: pa.Array, words: int) -> NDArray[np.uint64]:
    """Keys of the lines with at most `words` words, each repeated once per text that contains the line.

    Lines of dialogue are not counted, however common they are.

    Args:
        texts: repaired strings, no nulls; their white space is single spaces and line feeds.
        words: longest line to count.
    """
    _, documents, keys, _ = _short_lines(texts, words)
    order = np.argsort(keys, kind="stable")  # keeps the equal keys of one document together
    keys, documents = keys[order], documents[order]
    first = np.ones(len(keys), dtype=np.bool_)
    first[1:] = (keys[1:] != keys[:-1]) | (documents[1:] != documents[:-1])
    return np.asarray(keys[first])


def common_lines(counts: list[Path], documents: int) -> NDArray[np.uint64]:
    """Sorted keys of the lines that occur in at least `documents` documents.

    Keys are counted range by range. Memory holds at most LINES_AT_ONCE of them, whatever the size of the corpus.

    Args:
        counts: one .npy file per shard, uint64 [2, keys]: the shard's sorted keys and their counts.
        documents: smallest number of documents.
    """
    for path in counts:
        verify(path)
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
    """Remove the lines with at most `words` words whose key is in `common` from repaired texts."""
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
    """Find the short lines of texts.

    Returns the bytes of all texts and, for each line, its text's position, its key, and its first and last byte
    ([lines, 2], the end exclusive).
    """
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
    """Fill in the lines that hold fewer spaces than `words` and are not dialogue. Returns their number."""
    count = 0
    for document in range(len(bounds) - 1):
        start, limit = bounds[document], np.uint64(bounds[document + 1])
        while start < bounds[document + 1]:
            place, spaces = np.uint64(start), 0  # unsigned, as in kernel.py
            while place < limit and text[place] != 10 and spaces < words:
                spaces += text[place] == 32
                place += _ONE
            while place < limit and text[place] != 10:  # the line is too long: find its end
                place += _ONE
            end = np.int64(place)
            begins, ends = text[start] == 45, text[end - 1] == 46 or text[end - 1] == 33 or text[end - 1] == 63
            if end - start > 3:  # – and — count as hyphens, … as a full stop
                dash = text[start + 2] == 0x93 or text[start + 2] == 0x94
                begins |= text[start] == 0xE2 and text[start + 1] == 0x80 and dash
                ends |= text[end - 3] == 0xE2 and text[end - 2] == 0x80 and text[end - 1] == 0xA6
            if end > start and spaces < words and not (begins and ends):
                key, at = _START, start
                while at < end:  # decodes UTF-8 as kernel.py does; for sharing the code see jit.compiled
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
