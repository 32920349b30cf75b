"""Turn the lines of a .vert file into running text: a compiled loop over every byte."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
FIELDS = ("header_start", "header_end", "text_end", "paragraphs", "sentences", "tokens", "glue_marks", "before")
HEADER_START, HEADER_END, TEXT_END, PARAGRAPHS, SENTENCES, TOKENS, GLUE_MARKS, BEFORE = range(len(FIELDS))
UNFINISHED, OUTSIDE = 1, 2  # text before a document: an unfinished document, or lines outside documents
P, END_P, S, END_S, GLUE = 1, 2, 3, 4, 5  # the tags within a document
_LF, _CR, _SPACE, _OPEN, _CLOSE, _SLASH = 10, 13, 32, 60, 62, 47
_P, _S, _G = 112, 115, 103


@njit(nogil=True)
def running_text(lines: Bytes, text: Bytes, documents: NDArray[np.int64]) -> int:
    """Write the texts of whole documents into `text`, one after the other. Returns the number of documents.

    A space precedes a token; a line feed does after the end of a paragraph. Nothing precedes a token after <g/> or at
    the start of a document. A <g/> at the edge of a sentence has no effect. A line is a tag only if it contains nothing
    else. White space within a token becomes one space.

    Args:
        lines: bytes of whole documents; the last one ends in </doc>.
        text: output, as long as `lines`.
        documents: output, int64 [at least the number of </doc>, len(FIELDS)]. For each document: start and end of its
            <doc ...> line in `lines` (both 0 if missing), end of its text in `text` (it starts at the end of the text
            before), numbers of its units, and the kind of text before it.
    """
    size = len(lines)
    found = end = start = at = 0
    header_start = header_end = paragraphs = sentences = tokens = glue_marks = before = 0
    separator = 0  # byte to write before the next token, 0 for none
    glued, follows = False, False  # whether the line before was <g/>; whether a line feed precedes this line
    while at < size:
        first = lines[at]
        if first == _OPEN and follows and _is(lines, at, b"</doc>"):
            row = documents[found]
            row[HEADER_START], row[HEADER_END], row[TEXT_END] = header_start, header_end, end
            row[PARAGRAPHS], row[SENTENCES], row[TOKENS] = paragraphs, sentences, tokens
            row[GLUE_MARKS], row[BEFORE] = glue_marks, before if header_end else 0
            found, start, at, follows = found + 1, end, at + 6, False
            header_start = header_end = paragraphs = sentences = tokens = glue_marks = before = separator = 0
            continue
        follows = True
        if first == _OPEN and _is(lines, at, b"<doc "):
            if header_end and not before:
                before = UNFINISHED
            header_start = at
            while lines[at] != _LF:
                at += 1
            header_end = at
            end, paragraphs, sentences, tokens, glue_marks, separator, glued = start, 0, 0, 0, 0, 0, False
            at += 1
            continue
        if first == _OPEN:
            tag = _tag(lines, at)
            if tag:
                while lines[at] != _LF:
                    at += 1
                at += 1
                if not header_end:
                    before = before or OUTSIDE
                elif tag == GLUE:
                    glued = True
                    glue_marks += 1
                else:
                    paragraphs += tag == P
                    sentences += tag == S
                    separator = _LF if tag == END_P or separator == _LF else _SPACE
                continue
        if not separator and not glued:
            separator = _SPACE
        glued = False
        tokens += 1
        byte = first
        while byte != _LF:
            if byte == _SPACE or 9 <= byte <= 13:
                if not (byte == _CR and lines[at + 1] == _LF):
                    separator = separator or _SPACE
            else:
                if not header_end:
                    before = before or OUTSIDE
                if separator:
                    if end > start:
                        text[end] = separator
                        end += 1
                    separator = 0
                text[end] = byte
                end += 1
            at += 1
            byte = lines[at]
        at += 1
    return found


@njit(nogil=True)
def _is(lines: Bytes, at: int, word: bytes) -> bool:
    if at + len(word) > len(lines):
        return False
    for index in range(len(word)):  # noqa: SIM110 - numba compiles no generator
        if lines[at + index] != word[index]:
            return False
    return True


@njit(nogil=True)
def _tag(lines: Bytes, at: int) -> int:
    """The tag on the line at `at`; 0 if there is none.

    In whole documents a </doc> follows every line, so the next six bytes can always be read.
    """
    letter, close, tag = lines[at + 1], at + 2, 0
    if letter == _P:
        tag = P
    elif letter == _S:
        tag = S
    else:
        close = at + 3
        second = lines[at + 2]
        if letter == _G and second == _SLASH:
            tag = GLUE
        elif letter == _SLASH and second == _P:
            tag = END_P
        elif letter == _SLASH and second == _S:
            tag = END_S
    if not tag or lines[close] != _CLOSE:
        return 0
    after = lines[close + 1]
    return tag if after == _LF or (after == _CR and lines[close + 2] == _LF) else 0
