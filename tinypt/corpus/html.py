"""Decode a web page from a file, and find its title."""

import codecs
import html
import re

from tinypt.corpus.encodings import WESTERN, wide_encoding

META = re.compile(rb"<!--(?>(?:[^-]++|-(?!->))*)|<meta\b[^<>]*+", re.IGNORECASE)  # comments are skipped
ATTRIBUTE = re.compile(rb"""([^\s/>="']++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++))?""")
CHARSET = re.compile(rb"""charset\s*+=\s*+["']?\s*+([\w:.-]++)""", re.IGNORECASE)
XML = re.compile(rb"""\s*+<\?xml\b[^<>]*?\bencoding\s*+=\s*+["']([\w:.-]++)""")
# What may hold other titles, up to its end or that of the page; and the page's title.
TITLE = re.compile(
    r"<!--(?:-?>|.*?(?:-->|\Z))|<(script|svg)\b(?![^<>]*/>).*?(?:</\1\b|\Z)|(?P<title><title\b[^<>]*+>)",
    re.IGNORECASE | re.DOTALL,
)
TITLE_END = re.compile(r"</title\b", re.IGNORECASE)
PROLOGUE = 1024  # a page must name its encoding in its first bytes (HTML Living Standard, 4.2.5.4)
# Encodings of the web (Encoding Standard, 4.2) but for UTF-16, by Python's names. Python knows others, such as
# unicode_escape, which no browser does.
ENCODINGS = frozenset(
    "utf-8 cp1252 cp866 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 "
    "iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-roman mac-cyrillic cp874 cp1250 cp1251 cp1253 cp1254 cp1255 "
    "cp1256 cp1257 cp1258 gbk gb18030 big5 euc_jp iso2022_jp shift_jis euc_kr".split()
)
# As browsers read these (Encoding Standard, 4.2); that UTF-16 is not, its name shows, which was readable as ASCII.
_READ_AS = {"iso8859-1": WESTERN, "ascii": WESTERN, "iso8859-9": "cp1254", "tis-620": "cp874", "gb2312": "gbk"}
_MACINTOSH = ("x-mac-roman", "mac", "csmacintosh")  # its labels that Python does not know
_READ_AS |= {"utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8"}


def read_html(page: bytes) -> tuple[str, str, bool]:
    """Title and unchanged markup of a page, and whether bytes were invalid in its encoding and became U+FFFD.

    The encoding is that of the byte order mark, or the one that a meta element names in the first bytes; else UTF-8 if
    the page is valid in it; else the one that an XML declaration or a later meta element names; else windows-1252.
    """
    text, valid = _decode(page)
    text = text.replace("\r\n", "\n")
    return _title(text), text, not valid


def _title(text: str) -> str:
    start = next((part for part in TITLE.finditer(text) if part["title"]), None)
    end = TITLE_END.search(text, start.end()) if start else None
    raw = text[start.end() : end.start()] if start and end else ""
    title = html.unescape(raw)
    if "\ufffd" not in raw:  # then it comes from references to no character, such as &#0;
        title = title.replace("\ufffd", "")
    return " ".join(title.split())


def _decode(page: bytes) -> tuple[str, bool]:
    """The text of a page, and whether all its bytes were valid."""
    if page.startswith(codecs.BOM_UTF8):
        return _replaced(page.removeprefix(codecs.BOM_UTF8), "utf-8")
    if wide := wide_encoding(page):
        return _replaced(page, wide)
    if named := _encoding(_charset(page[:PROLOGUE])):
        return _replaced(page, named)
    try:
        return page.decode("utf-8"), True
    except UnicodeDecodeError:
        xml = XML.match(page)
        later = (_encoding(name) for name in (xml and xml[1], _charset(page)))
        return _replaced(page, next((name for name in later if name and name != "utf-8"), WESTERN))


def _charset(page: bytes) -> bytes | None:
    """The first charset that a meta element names, in an attribute of its own or in the content of http-equiv."""
    elements = (meta[0].lower() for meta in META.finditer(page))
    named = (CHARSET.search(_naming(meta)) for meta in elements if meta.startswith(b"<m"))
    return next((name[1] for name in named if name), None)


def _naming(meta: bytes) -> bytes:
    """The part of a meta element that may name the encoding (HTML Living Standard, 13.2.3.2)."""
    attributes: dict[bytes, bytes] = dict(reversed(ATTRIBUTE.findall(meta)))  # of two of a name, the first counts
    if b"charset" in attributes:
        return b"charset=" + attributes[b"charset"]
    is_type = attributes.get(b"http-equiv", b"").strip(b"\"'") == b"content-type"
    return attributes.get(b"content", b"") if is_type else b""


def _encoding(name: bytes | None) -> str | None:
    """Python's name of an encoding that a page names; None if browsers do not know it."""
    try:
        label = name.decode("ascii").lower() if name else ""
        encoding = codecs.lookup("macintosh" if label in _MACINTOSH else label).name
    except (LookupError, ValueError):
        return None
    encoding = _READ_AS.get(encoding, encoding)
    return encoding if encoding in ENCODINGS else None


def _replaced(page: bytes, encoding: str) -> tuple[str, bool]:
    if encoding == WESTERN:  # its five undefined bytes are control characters in browsers
        return page.decode(WESTERN, "undefined"), True
    try:
        return page.decode(encoding), True
    except UnicodeDecodeError:
        return page.decode(encoding, "replace"), False
