"""Decode a web page from a file, and find its title."""

import codecs
import html
import re

BOMS = [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\b", re.IGNORECASE | re.DOTALL)
PROLOGUE = 1024  # a page must name its encoding in its first bytes (HTML Living Standard, 4.2.5.4)


def read_html(page: bytes) -> tuple[str, str]:
    """Title and unchanged markup of a page. Bytes that are invalid in its encoding become U+FFFD.

    The encoding is that of the byte order mark, else the one named by a meta element, else UTF-8.
    """
    text = _decode(page).replace("\r\n", "\n")
    title = TITLE.search(text)
    return " ".join(html.unescape(title[1]).split()) if title else "", text


def _decode(page: bytes) -> str:
    for mark, encoding in BOMS:
        if page.startswith(mark):
            return page[len(mark) :].decode(encoding, "replace")
    named = CHARSET.search(page[:PROLOGUE])
    try:
        name = codecs.lookup(named[1].decode("ascii")).name if named else "utf-8"
        if name in ("iso8859-1", "ascii"):
            name = "cp1252"  # as in browsers (Encoding Standard, 4.2)
        elif name.startswith("utf-16"):
            name = "utf-8"  # the meta element was readable as ASCII (HTML Living Standard, 13.2.3.2)
        return page.decode(name, "replace")
    except (LookupError, ValueError):
        return page.decode("utf-8", "replace")
