"""Removing HTML from texts that contain it, and nothing from texts that merely contain a `<`.

The time is linear in the length of a text, whatever it holds: an expression takes all it can and gives nothing back,
and no part of a text is searched twice in vain.
"""

import re
from collections import defaultdict

from tinypt.cleaning.screen import SPACES, any_case

# Element names of HTML: the living standard and obsolete ones.
_NAMES = """
    a abbr acronym address applet article aside audio b basefont bdi bdo bgsound big blink blockquote body br button
    canvas caption center cite code col colgroup dd del details dfn dialog dir div dl dt em embed fieldset
    figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img
    input ins isindex kbd keygen label legend li link main map mark marquee menu nav nobr noframes noscript object
    ol optgroup option p param picture pre q rp rt ruby s samp script section select small source spacer span strike
    strong style sub summary sup svg table tbody td template textarea tfoot th thead title tr track tt u ul var
    video wbr
""".split()
# Elements whose names are likely between angle brackets in free text: tags only if they have an attribute.
_WORDS = "area base data meta time".split()

_BOOLEAN = r"""
    allowfullscreen async autoplay border checked compact contenteditable controls declare defer disabled hidden ismap
    itemscope loop multiple nomodule noresize noshade novalidate nowrap open playsinline readonly required reversed
    selected (?:aria|data)-[\w-]++
""".split()


def _any_of(names: list[str]) -> str:
    """A pattern of one of the names and the end of a name. The first letter decides: a row of all names is slow."""
    rests = defaultdict[str, list[str]](list)
    for name in sorted(names, key=len):
        rests[name[0]].append(name[1:])
    first = "|".join(f"(?-i:[{letter}{letter.upper()}])(?:{'|'.join(rests[letter])})" for letter in rests)
    return rf"(?>(?a:{first})(?=[\s/>]))"


def _every(item: str, quantifier: str) -> str:
    """A pattern of all the items in a row, of which it gives none back: `(?:item)*+` or `++`.

    Python before 3.11.5 misreads those two. A group of many items remembers fewer places than a group for each.
    """
    return rf"(?>(?:(?>(?:{item}){{1,99}})){quantifier})"


# A value without quotes that runs into a quote is none: in <td width= height="5">, width is empty.
_VALUE = r"(?>\s*+\"[^\"]*+\"|\s*+'[^']*+'|\s*+[^\s\"'<>]++(?![\"'])|)"
_ATTRIBUTE = (
    r"(?:\s++|(?<=[\"']))"
    rf"(?=[a-z_:@])(?:[a-z_:@][\w:.-]*+\s*+={_VALUE}|(?:{'|'.join(_BOOLEAN)})(?![\w=]))"
)
_STRAY = r"(?:[\"'](?=\s*+/?\s*+>))?"  # the second quote of <td width="50%"">
# A tag with broken attributes is still a tag if its name has three letters and an equals sign follows, or if it is a
# link. A broken script or style is one if its end follows.
_UP_TO_END = _every(r"[^<>/]++|/(?!>)", "*")
_LOOSE = (
    rf"(?<=[a-z0-9]{{3}})\s[^<>=]*+={_UP_TO_END}|(?<=<a)(?=\s[^<>]*\bhref\s*+=){_UP_TO_END}"
    rf"|(?P<broken>(?:(?<=<script)|(?<=<style)){_UP_TO_END})"
)
# An instruction of PHP or XML, up to its end. It is removed if every line of it looks like code: authors write of
# "<?php" too, and leave it open.
_INSTRUCTION = r"\?" + _every(r"[^<?]++|\?(?!>)|<(?!\?)", "*") + r"\?>"
_CODE_LINE = re.compile(
    r"(?:(?:end\w++|else)?|(?=[/*$}\"'.)]).*|.*\$[a-z_].*|.*[;:{}(),=|&>\[\]\"'])\s*+", re.IGNORECASE
)
# A tag, a declaration, or the beginning of a comment. One expression, so that a < that begins none costs little: a
# hostile text may hold a quarter of a million, and is read up to five times. Values may hold a < as well, but the time
# is linear: a value ends at the next quote of its kind, so readings from two < share no value, nor what is between
# values. A likely word is a tag with attributes alone, if need be after a first >.
_TAG = re.compile(
    rf"<(?:/\s*+(?:(?P<closing>{_any_of(_NAMES + _WORDS)})(?:[\s/][^<>]*+)?)?>"
    r"|(?P<comment>!--)|!\[(?:end)?if\b[^<>]*+>|!doctype\b[^<>]*+>|!\[CDATA\[|\?xml\b[^<>]*+>"
    rf"|(?P<instruction>{_INSTRUCTION})"
    r"|(?=[a-z][^<>\"']*+[>\"'])"  # most that are none meet the next < before any > or quote
    rf"(?:(?P<opening>{_any_of(_NAMES)})(?:{_every(_ATTRIBUTE, '*')}{_STRAY}\s*+|{_LOOSE})"
    rf"|(?P<word>{_any_of(_WORDS)})(?>(?:/?>)?){_every(_ATTRIBUTE, '+')}\s*+)(?P<end>/\s*+>|>))",
    re.IGNORECASE,
)
# A tag that the end of the text cuts off, with a > added: its name, whole attributes and the beginning of one. A single
# letter needs a quote or href after it, and a likely word an attribute.
_WHOLE = r"\s++[a-z_:@][\w:.-]*+\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]++)"
_BEGUN = (
    r"\s++(?:alt|class|content|style|title)\s*+=\s*+(?:\"[^\">]{0,300}|'[^'>]{0,300})"
    r"|\s++[a-z_:@][\w:.-]*+\s*+=\s*+[\"']?[^\s\"'<>]*+|(?<=[\"'])\s*+[a-z-]*+"
)
_CUT = re.compile(
    rf"<(?:/{_any_of(_NAMES + _WORDS)}|(?!(?!a\s++href)[a-z](?:\s[^\"'>]*+)?>|(?:{'|'.join(_WORDS)})\s*+>)"
    rf"{_any_of(_NAMES + _WORDS)}{_every(_WHOLE, '*')}(?:{_BEGUN})?)\s*+/?>",
    re.IGNORECASE,
)
_CDATA_END = "]]>"
_CODE = re.compile(r"[^<>]*+>")
_CODE_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])[^<>]*+>", re.IGNORECASE) for name in ("script", "style")}
_COMMENT_END = re.compile("--!?>")
# Screen of strip_markup.
MARKUP = (
    rf"(?i)<(?:[!?/]|{any_case('script|style')}|(?:{any_case('|'.join(_NAMES + _WORDS))})(?:[{SPACES}\n/>]|\z))|\]\]>"
)
_OTHER = re.compile(
    r"<(/?)(\s*+)([a-z_][\w:.-]*+)(?:(\s[^<>]*+)|(/))?>(?=(<[a-z_])?)",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"</\s*+([a-z_][\w:.-]*+)\s*+>", re.IGNORECASE)

# Elements whose content is not prose. Closed script and style elements are removed before the text is parsed.
_DROPPED = frozenset("noscript iframe head nav header footer form select button object svg template".split())
_PAGE_SHARE = 0.5  # an element with more of the text is the page itself (ASP.NET puts pages in forms)
# Elements that begin and end a paragraph.
_BLOCKS = frozenset(
    """
    address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form frame frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre
    section summary table tbody tfoot thead title tr ul
    """.split()
)
_GAPS = dict.fromkeys(_BLOCKS, "\n") | dict.fromkeys(["td", "th"], " ")  # cells of a row are separated by a space
# Elements without content, and those whose text is not running text.
_VOID = frozenset(
    """
    area base basefont bgsound br col command embed frame hr image img input isindex keygen link meta param source
    spacer track wbr
    """.split()
)
_UNREAD = frozenset(["rt", "rp", "template"])
_KNOWN = frozenset(_NAMES + _WORDS)
_BLANK = " \t\n\f\r"
_END = "#end"  # stands for the end of the text, which closes all elements


# A tag, or a whole comment, declaration or script (these have no name): start, end, name, whether it opens an element,
# whether that element is empty (<p/>, or one that never has content). No class: a text may hold a million of them.
_Tag = tuple[int, int, str, bool, bool]


def strip_markup(text: str) -> str:
    """Remove HTML tags, comments and the content of elements that are not prose.

    The remaining text is unchanged, white space and entities included; a `<` that begins no well-formed tag is text.
    A tag's name is one of HTML's, or one that the text itself closes (`</o:p>`, and XML in general). Block elements
    and `<br>` become line breaks, inline tags vanish. Elements such as nav or form are removed with their content.
    If one is left open or holds most of the page, only its tags are removed.
    """
    text = _strip_other_tags(text) if "</" in text else text
    return _without_cut_tag(_prose(text, _tags(text))) if "<" in text else text


def _without_cut_tag(text: str) -> str:
    """The text without a tag that its end cuts off (`texto <a href="x`). Only the last line is so cut."""
    start = text.rfind("<", text.rstrip().rfind("\n") + 1)
    return text[:start] if start >= 0 and _CUT.fullmatch(text[start:].rstrip() + ">") else text


def _strip_other_tags(text: str) -> str:
    """Remove tags with names that are not HTML's if `text` closes such an element; then also self-closing ones."""
    others = {name.lower() for name in _CLOSING.findall(text)} - _KNOWN

    def left(tag: re.Match[str]) -> str:
        close, gap, name, rest, empty, followed = tag.groups()
        if name.lower() in others:
            ends = close and not empty and not (rest or "").strip()
            return " " if ends and followed else ""  # an end tag directly before a start tag separates words
        alone = empty or (rest and rest[-1] == "/")
        return "" if alone and not close and not gap and name.lower() not in _NAMES else tag[0]

    return _OTHER.sub(left, text) if others else text


def _tags(text: str) -> list[_Tag]:
    """The tags of a text, in order."""
    tags: list[_Tag] = []
    last_comment, unclosed, after = max(text.rfind("-->"), text.rfind("--!>")), set[str](), 0
    while found := _TAG.search(text, after):
        start, after = found.span()
        closing, comment, instruction, opening, broken, word, end = found.groups()
        name = (closing or opening or word or "").lower()
        if comment and (empty := next(filter(text[after : after + 2].startswith, (">", "->")), "")):
            after += len(empty)
        elif comment:
            if after > last_comment or not (close := _COMMENT_END.search(text, after)):
                continue
            after = close.end()
        elif instruction and not _is_code(instruction):
            after = found.start("instruction")
            continue
        elif opening and name in _CODE_ENDS:
            code = None if name in unclosed else _CODE.match(text, found.end("opening"))
            if code and (close := _CODE_ENDS[name].search(text, code.end())):
                name, after = "", close.end()
            else:
                if code:
                    unclosed.add(name)
                if broken:
                    after = found.end("opening")
                    continue
        tags.append((start, after, name, not closing and name != "", (end or "")[:1] == "/" or name in _VOID))
    return tags


def _is_code(instruction: str) -> bool:
    """Whether an instruction, `?php ... ?>`, holds nothing but code."""
    inside = instruction[1:-2]
    lines = (inside[3:] if inside[:3].lower() == "php" else inside).split("\n")
    return inside.startswith("=") or all(_CODE_LINE.fullmatch(line.strip()) for line in lines)


def _prose(text: str, tags: list[_Tag]) -> str:
    """The text between tags, without the elements that are not prose."""
    balance = dict.fromkeys(_DROPPED, 0)
    for _, _, name, opens, _ in tags:
        if name in balance:
            balance[name] += 1 if opens else -1
    ignored = {name for name, more in balance.items() if more > 0} | _CODE_ENDS.keys() | {""}
    pieces: list[str] = []  # the text that is read, up to each tag
    parts: list[str] = []  # of the next piece
    size = unread = end = 0
    opened: list[tuple[str, int, int]] = []  # the open elements: name, pieces and size before them
    open_names: defaultdict[str, int] = defaultdict(int)
    dropped: list[tuple[int, int, int]] = []  # first piece, piece after the last, size
    for start, after, name, opens, empty in [*tags, (len(text), len(text), _END, False, False)]:
        if between := text[end:start].replace(_CDATA_END, ""):
            parts.append(between)
        end = after
        gap = _GAPS.get(name)
        if name in ignored:
            parts += [gap] if gap else []
            continue
        if opens and gap:
            parts.append(gap)
        if parts:
            if not unread:
                pieces.append(piece := "".join(parts))
                size += len(piece) if piece.strip(_BLANK) else 1  # white space between two tags counts as one
            parts = []
        if opens:
            if not empty:
                opened.append((name, len(pieces), size))
                open_names[name] += 1
                unread += name in _UNREAD
            continue
        if gap:
            parts.append(gap)
        while opened and (open_names[name] or name == _END):
            inner, first, before = opened.pop()
            open_names[inner] -= 1
            unread -= inner in _UNREAD
            if inner in _DROPPED:
                dropped.append((first, len(pieces), size - before))
            if inner == name:
                break
    last = 0
    for first, after, length in sorted(dropped, key=lambda each: (each[0], -each[1])):  # the outer one first
        if first >= last and length <= _PAGE_SHARE * size:
            pieces[first:after] = [""] * (after - first)
            last = after
    return "".join(pieces)
