"""Repairs inside a text: markup and entities in layers, mojibake, URLs, white space."""

import re

import ftfy
from ftfy.fixes import unescape_html

from tinypt.cleaning.markup import strip_markup

# ftfy takes a millisecond for a kilobyte, so most text is kept from it by a screen. Its mojibake detector
# (ftfy.badness) and its other repairs act on a character outside of these classes, on two neighbours outside of
# ASCII that are not letters of one case, or on Ã or Â before a space; curly quotes apart, which it straightens
# wherever they stand. Tests hold the screen to that.
_SMALL = "àáâãäåæçèéêëìíîïñòóôõöùúûüý"
_CAPITAL = "ÀÁÇÈÉÊËÌÍÑÒÓÔÕÖÙÚÜ"
_SIGNS = "\xa0–—…•·ªº°§«»€™®©²³½¼‘’“”"
_UNTOUCHED = re.compile(
    rf"(?:[\t\n -~{_SMALL}]++"
    rf"|(?<![^\x00-\x7f])[{_SIGNS}](?![^\x00-\x7f])"
    rf"|(?<![{_SMALL}{_SIGNS}])(?:[{_CAPITAL}]|[ÃÂ](?!\s))++(?![{_SMALL}{_SIGNS}]))*+"
)
_CURLY = {"'": "\u02bc‘’‚‛", '"': "“”„‟"}
_SEGMENT = 1_000_000  # ftfy cuts longer lines in pieces
_FTFY = ftfy.TextFixerConfig(unescape_html=False)  # entities are a step of their own

_REST = '[^\\s<>"“”]*[^\\s<>"“”.,;:!?…\'’»()\\[\\]{}|]'  # a URL does not end in the sentence's punctuation
_SCHEMED = rf"(?:(?:https?|ftp)://|www\.){_REST}"
_TOP = r"\.(?:com|org|net|gov|edu|br|pt|info|blog|io|tv|me)(?:\.[a-z]{2})?/"
_URL = re.compile(_SCHEMED, re.IGNORECASE)
_BARE = re.compile(_TOP, re.IGNORECASE)
_URL_OR_BARE = re.compile(rf"{_SCHEMED}|(?<![\w@/.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*{_TOP}(?:{_REST})?", re.IGNORECASE)
_PLACE = "\ufdd0"  # stands for a URL; Unicode keeps it free for such use
_BRACKETED = re.compile(rf"<\s*{_PLACE}\s*>|\(\s*{_PLACE}\s*\)|\[\s*{_PLACE}\s*\]|{_PLACE}")

_MAX_LAYERS = 8  # of escaping: &amp;lt; is seen in feeds, deeper nesting in nothing but attacks


def strip_layers(text: str) -> tuple[str, bool, bool]:
    """Remove markup, entities, and the markup that entities hid. Returns the text, and whether each was there."""
    had_markup = had_entities = False
    for _ in range(_MAX_LAYERS):
        stripped = strip_markup(text)
        plain = unescape_html(stripped) if "&" in stripped else stripped
        had_markup |= stripped != text
        had_entities |= plain != stripped
        if plain == text:
            break
        text = plain
    return text, had_markup, had_entities


def fix_mojibake(text: str) -> str:
    """What ftfy.fix_text gives with entities left alone; ftfy itself sees only the lines it could change."""
    if is_untouched(text):
        return straighten_quotes(text)
    lines = re.split(r"(?<=\n)", text)
    return "".join(straighten_quotes(line) if is_untouched(line) else ftfy.fix_text(line, _FTFY) for line in lines)


def is_untouched(text: str) -> bool:
    """Whether ftfy surely leaves `text` as it is, curly quotes apart; False says that it might not."""
    return _UNTOUCHED.fullmatch(text) is not None and len(text) < _SEGMENT


def straighten_quotes(text: str) -> str:
    """Curly quotes as straight ones, which ftfy does too and which is no sign of mojibake."""
    if not text.isascii():
        for straight, curly in _CURLY.items():
            for quote in curly:
                text = text.replace(quote, straight)
    return text


def remove_urls(text: str) -> str:
    """Remove URLs: with a scheme, with www., or a domain followed by a path; brackets around one go with it."""
    pattern = _URL_OR_BARE if "/" in text and _BARE.search(text) else _URL
    marked = pattern.sub(_PLACE, text)
    return text if marked == text else _BRACKETED.sub("", marked)


def normalise_space(text: str) -> str:
    """One space between words, no space around lines, no empty lines."""
    lines = []
    for line in text.split("\n"):
        if "  " in line or not line.isprintable():  # what is not printable includes all space but the common one
            line = " ".join(line.split())
        if line := line.strip(" "):
            lines.append(line)
    return "\n".join(lines)
