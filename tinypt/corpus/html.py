"""Decode a web page from a file, and find its title."""

import codecs
import html
import re

BOMS = [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
META = re.compile(rb"<meta\b[^<>]*+", re.IGNORECASE)
CHARSET = re.compile(rb"""charset\s*+=\s*+["']?\s*+([\w:.-]++)""", re.IGNORECASE)
XML = re.compile(rb"""\s*+<\?xml\b[^<>]*?\bencoding\s*+=\s*+["']([\w:.-]++)""")
TITLE = re.compile(r"<title\b[^<>]*+>", re.IGNORECASE)
TITLE_END = re.compile(r"</title\b", re.IGNORECASE)
PROLOGUE = 1024  # a page must name its encoding in its first bytes (HTML Living Standard, 4.2.5.4)
WESTERN = "cp1252"  # what browsers take for a page that names none (HTML Living Standard, 13.2.3.2)


def _control(error: UnicodeError) -> tuple[str, int]:
    """Decode what windows-1252 leaves undefined as control characters, as browsers do."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("control", _control)


def read_html(page: bytes) -> tuple[str, str, bool]:
    """Title and unchanged markup of a page, and whether bytes were invalid in its encoding and became U+FFFD.

    The encoding is that of the byte order mark, or the one that a meta element names in the first bytes; else UTF-8 if
    the page is valid in it; else the one that an XML declaration or a later meta element names; else windows-1252.
    """
    text, valid = _decode(page)
    text = text.replace("\r\n", "\n")
    return _title(text), text, not valid


def _title(text: str) -> str:
    start = TITLE.search(text)
    end = TITLE_END.search(text, start.end()) if start else None
    return " ".join(html.unescape(text[start.end() : end.start()]).split()) if start and end else ""


def _decode(page: bytes) -> tuple[str, bool]:
    """The text of a page, and whether all its bytes were valid."""
    for mark, encoding in BOMS:
        if page.startswith(mark):
            return _replaced(page[len(mark) :], encoding)
    if named := _encoding(_charset(page[:PROLOGUE])):
        return _replaced(page, named)
    try:
        return page.decode("utf-8"), True
    except UnicodeDecodeError:
        xml = XML.match(page)
        later = (_encoding(name) for name in (xml and xml[1], _charset(page)))
        return _replaced(page, next((name for name in later if name and name != "utf-8"), WESTERN))


def _charset(page: bytes) -> bytes | None:
    """The first charset that a meta element names."""
    named = (CHARSET.search(meta[0]) for meta in META.finditer(page))
    return next((name[1] for name in named if name), None)


def _encoding(name: bytes | None) -> str | None:
    """Python's name of an encoding that a page names; None if there is no such encoding."""
    try:
        encoding = codecs.lookup(name.decode("ascii")).name if name else None
        b" ".decode(encoding or "utf-8", "replace")  # refuses codecs that are not encodings of text
    except (LookupError, ValueError):
        return None
    if encoding in ("iso8859-1", "ascii"):
        return WESTERN  # as in browsers (Encoding Standard, 4.2)
    if encoding and encoding.startswith("utf-16"):
        return "utf-8"  # the name was readable as ASCII (HTML Living Standard, 13.2.3.2)
    return encoding


def _replaced(page: bytes, encoding: str) -> tuple[str, bool]:
    if encoding == WESTERN:  # its five undefined bytes are control characters in browsers
        return page.decode(WESTERN, "control"), True
    try:
        return page.decode(encoding), True
    except UnicodeDecodeError:
        return page.decode(encoding, "replace"), False
