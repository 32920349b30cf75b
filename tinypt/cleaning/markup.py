"""Removing HTML from texts that contain it, and nothing from texts that merely contain a `<`."""

import re
import warnings
from collections import Counter

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag

from tinypt.cleaning.screen import SPACES, any_case

# If a document is a comment and a URL, only the URL reaches the parser, which warns that it is not markup.
warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)

# Element names of HTML: the living standard and obsolete ones.
_NAMES = """
    a abbr acronym address applet article aside audio b bdi bdo big blink blockquote body br button canvas caption
    center cite code col colgroup dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font
    footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link
    main map mark marquee menu nav nobr noframes noscript object ol optgroup option p param picture pre q rp rt ruby s
    samp script section select small source span strike strong style sub summary sup svg table tbody td template
    textarea tfoot th thead title tr track tt u ul var video wbr
""".split()
# Elements whose names are likely between angle brackets in free text: tags only if they have an attribute.
_WORDS = "area base data meta time".split()

_BOOLEAN = (
    "allowfullscreen async autoplay checked controls declare defer disabled hidden ismap loop multiple noshade nowrap "
    "readonly required reversed selected"
).split()
_ATTRIBUTE = (
    r"(?:\s+|(?<=[\"']))"
    rf"(?:[a-z_:@][\w:.-]*\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]*)|(?:{'|'.join(_BOOLEAN)})(?![\w=]))"
)
# A tag with broken attributes is still a tag if its name is not a likely word and an equals sign follows.
_LOOSE = "|".join([r"a(?=\s[^<>]*\bhref\s*=)", *(name for name in _NAMES if len(name) > 2)])
_TAG = re.compile(
    r"(?P<hidden><!--.*?-->|<!doctype\b[^<>]*>|<\?xml\b[^<>]*>|<!\[CDATA\[|\]\]>"
    r"|<(?P<code>script|style)\b[^<>]*>.*?</(?P=code)\s*>)"
    rf"|</\s*(?P<closing>{'|'.join(_NAMES + _WORDS)})\s*>"
    rf"|<(?P<opening>(?:{'|'.join(_NAMES)})(?:{_ATTRIBUTE})*|(?:{'|'.join(_WORDS)})(?:{_ATTRIBUTE})+"
    rf"|(?:{_LOOSE})\s[^<>]*=[^<>]*?)\s*/?>",
    re.IGNORECASE | re.DOTALL,
)
# Screen of strip_markup.
MARKUP = rf"(?i)<(?:[!?/]|(?:{any_case('script|style')})|(?:{any_case('|'.join(_NAMES + _WORDS))})[{SPACES}\n/>])|\]\]>"
_NAME = re.compile(r"\w+")
_CLOSING = re.compile(r"</\s*([a-z_][\w:.-]*)\s*>", re.IGNORECASE)

# Elements whose content is not prose. Closed script and style elements are removed before the text is parsed.
_DROPPED = frozenset("noscript iframe head nav header footer form select button object svg template".split())
_PAGE_SHARE = 0.5  # an element with more of the text is the page itself (ASP.NET puts pages in forms)
# Elements that begin and end a paragraph.
_BLOCKS = frozenset(
    """
    address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure
    frame frameset h1 h2 h3 h4 h5 h6 hr html legend li main menu ol optgroup option p pre section summary table
    tbody tfoot thead tr ul
    """.split()
)
_CELLS = frozenset(["td", "th"])  # cells of a row are separated by a space


def strip_markup(text: str) -> str:
    """Remove HTML tags, comments and the content of elements that are not prose.

    The remaining text is unchanged, white space and entities included; a `<` that begins no well-formed tag is text.
    A tag's name is one of HTML's, or one that the text itself closes (`</o:p>`, and XML in general). Block elements
    and `<br>` become line breaks, inline tags vanish. Elements such as nav or form are removed with their content.
    If one is left open or holds most of the page, only its tags are removed.
    """
    text = _strip_other_tags(text) if "</" in text else text
    tags = list(_TAG.finditer(text)) if "<" in text else []
    if not tags:
        return text
    page = _tags_and_escaped_text(text, tags)
    # Without the option, text that is only white space would come out as one space or line feed.
    soup = BeautifulSoup(page, "html.parser", preserve_whitespace_tags={BeautifulSoup.ROOT_TAG_NAME})
    _drop_elements(soup, {_name(tag) for tag in tags})
    return soup.get_text()


def _strip_other_tags(text: str) -> str:
    """Remove tags with names that are not HTML's if `text` closes such an element; then also self-closing ones."""
    others = sorted({name.lower() for name in _CLOSING.findall(text)} - {*_NAMES, *_WORDS})
    if not others:
        return text
    names = "|".join(map(re.escape, others))
    html = "|".join(_NAMES)
    tag = rf"</?\s*(?:{names})(?:\s[^<>]*)?\s*/?>|<(?!(?:{html})[\s/])[a-z_][\w:.-]*(?:\s[^<>]*)?/>"
    between = rf"(</\s*(?:{names})\s*>)(?=<[a-z_])"  # an end tag directly before a start tag separates words
    return re.sub(tag, "", re.sub(between, r"\1 ", text, flags=re.IGNORECASE), flags=re.IGNORECASE)


def _tags_and_escaped_text(text: str, tags: list[re.Match[str]]) -> str:
    """Escape everything that is not a tag, so that the parser leaves it unchanged.

    Also inserts the line breaks around blocks, which is cheaper here than in the parsed tree.
    """
    balance: Counter[str] = Counter()
    for tag in tags:
        balance[_name(tag)] += 1 if tag["opening"] else -1
    left_open = {name for name in _DROPPED if balance[name] > 0} | {"script", "style"}
    pieces = []
    end = 0
    for tag in tags:
        pieces.append(text[end : tag.start()].replace("&", "&amp;").replace("<", "&lt;"))
        name, end = _name(tag), tag.end()
        if name and name not in left_open:
            gap = "\n" if name in _BLOCKS else " " if name in _CELLS else ""
            pieces.append(gap + tag[0] if tag["opening"] else tag[0] + gap)
    pieces.append(text[end:].replace("&", "&amp;").replace("<", "&lt;"))
    return "".join(pieces)


def _name(tag: re.Match[str]) -> str:
    """Name of the element that a tag opens or closes; empty for comments, declarations and CDATA marks."""
    found = _NAME.match(tag["opening"] or tag["closing"] or "")
    return found[0].lower() if found else ""


def _drop_elements(soup: BeautifulSoup, names: set[str]) -> None:
    present = sorted(names & _DROPPED)
    if not present:
        return
    size = _length(soup)
    for element in soup.find_all(present):
        if not element.decomposed and _length(element) <= _PAGE_SHARE * size:
            element.decompose()


def _length(element: Tag) -> int:
    """Characters of text in an element, where white space between two tags counts as one."""
    return sum(len(text) if text.strip(BeautifulSoup.ASCII_SPACES) else 1 for text in element.strings)
