"""Removing HTML from text that really holds some, and never anything from text that merely holds a `<`."""

import re
from collections import Counter

from bs4 import BeautifulSoup

# Element names of HTML, living standard and obsolete.
_NAMES = """
    a abbr acronym address applet article aside audio b bdi bdo big blink blockquote body br button canvas caption
    center cite code col colgroup dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font
    footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link
    main map mark marquee menu nav nobr noframes noscript object ol optgroup option p param picture pre q rp rt ruby s
    samp script section select small source span strike strong style sub summary sup svg table tbody td template
    textarea tfoot th thead title tr track tt u ul var video wbr
""".split()
# Also elements, but as words likely between angle brackets in free text: tags only with an attribute.
_WORDS = "area base data meta time".split()

_BOOLEAN = (
    "allowfullscreen async autoplay checked controls declare defer disabled hidden ismap loop multiple noshade nowrap "
    "readonly required reversed selected"
).split()
_ATTRIBUTE = (
    r"(?:\s+|(?<=[\"']))"
    rf"(?:[a-z_:@][\w:.-]*\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]*)|(?:{'|'.join(_BOOLEAN)})(?![\w=]))"
)
# A tag with broken attributes is still one where its name is no likely word and an equals sign follows.
_LOOSE = "|".join([r"a(?=\s[^<>]*\bhref\s*=)", *(name for name in _NAMES if len(name) > 2)])
_TAG = re.compile(
    r"(?P<hidden><!--.*?-->|<!doctype\b[^<>]*>|<\?xml\b[^<>]*>|<!\[CDATA\[|\]\]>"
    r"|<(?P<code>script|style)\b[^<>]*>.*?</(?P=code)\s*>)"
    rf"|</\s*(?P<closing>{'|'.join(_NAMES + _WORDS)})\s*>"
    rf"|<(?P<opening>(?:{'|'.join(_NAMES)})(?:{_ATTRIBUTE})*|(?:{'|'.join(_WORDS)})(?:{_ATTRIBUTE})+"
    rf"|(?:{_LOOSE})\s[^<>]*=[^<>]*?)\s*/?>",
    re.IGNORECASE | re.DOTALL,
)
_NAME = re.compile(r"\w+")

# Elements whose content is not prose. Closed script and style elements are gone before the parser sees the text.
_DROPPED = "noscript iframe head nav header footer form select button object svg template".split()
_PAGE_SHARE = 0.5  # one that holds more of the text than this is the page itself (ASP.NET puts pages in forms)
# Elements that begin and end a paragraph.
_BLOCKS = """
    address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure
    frame frameset h1 h2 h3 h4 h5 h6 hr html legend li main menu ol optgroup option p pre section summary table
    tbody tfoot thead tr ul
""".split()
_CELLS = ["td", "th"]  # a space between the cells of a row is enough


def strip_markup(text: str) -> str:
    """Return `text` without HTML tags, comments and the content of elements that are not prose.

    The text proper stays as it is, entities included: a `<` that begins no well-formed tag of HTML is text. Block
    elements and `<br>` become line breaks, inline tags vanish. Elements such as nav or form go with all they
    contain, unless they are left open or hold most of the page: then only their tags go.
    """
    tags = list(_TAG.finditer(text)) if "<" in text else []
    if not tags:
        return text
    soup = BeautifulSoup(_tags_and_escaped_text(text, tags), "html.parser")
    _drop_elements(soup)
    for element in soup.find_all(_BLOCKS):
        element.insert_before("\n")
        element.insert_after("\n")
    for element in soup.find_all(_CELLS):
        element.insert_after(" ")
    return soup.get_text()


def _tags_and_escaped_text(text: str, tags: list[re.Match[str]]) -> str:
    """`text` with everything that is not a tag hidden from the parser, so that it comes out as it went in."""
    balance = Counter(_name(tag, "opening") for tag in tags)
    balance.subtract(_name(tag, "closing") for tag in tags)
    left_open = {name for name in _DROPPED if balance[name] > 0} | {"script", "style"}
    pieces = []
    end = 0
    for tag in tags:
        pieces.append(text[end : tag.start()].replace("&", "&amp;").replace("<", "&lt;"))
        if not tag["hidden"] and (_name(tag, "opening") or _name(tag, "closing")) not in left_open:
            pieces.append(tag[0])
        end = tag.end()
    pieces.append(text[end:].replace("&", "&amp;").replace("<", "&lt;"))
    return "".join(pieces)


def _name(tag: re.Match[str], kind: str) -> str:
    found = _NAME.match(tag[kind] or "")
    return found[0].lower() if found else ""


def _drop_elements(soup: BeautifulSoup) -> None:
    size = len(soup.get_text())
    for element in soup.find_all(_DROPPED):
        if not element.decomposed and len(element.get_text()) <= _PAGE_SHARE * size:
            element.decompose()
