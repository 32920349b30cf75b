"""A web page as a file holds it: which characters its bytes are, and its title."""

import codecs
import html
import re

BOMS = [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\b", re.IGNORECASE | re.DOTALL)
PROLOGUE = 1024  # bytes in which a page must name its encoding (HTML Living Standard, 4.2.5.4)


def read_html(page: bytes) -> tuple[str, str]:
    """Title and markup of a page, the markup as it is; bytes its encoding does not have become U+FFFD.

    The encoding is that of the byte order mark, else the one a meta element names, else UTF-8.
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
            name = "cp1252"  # what browsers read under these names (Encoding Standard, 4.2)
        elif name.startswith("utf-16"):
            name = "utf-8"  # the name was legible in ASCII (HTML Living Standard, 13.2.3.2)
        return page.decode(name, "replace")
    except (LookupError, ValueError):
        return page.decode("utf-8", "replace")
