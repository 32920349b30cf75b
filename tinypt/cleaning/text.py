"""Repairs inside texts: layers of markup and entities, URLs, white space."""

import re
from functools import partial, reduce
from operator import or_

import polars as pl
from ftfy.fixes import unescape_html

from tinypt.cleaning.markup import MARKUP, strip_markup
from tinypt.cleaning.screen import EDGE, SPACES, any_case, each, found, put

_ENTITY = "&#?[0-9A-Za-z]{1,24};"  # unescape_html looks each of these up
# References that browsers decode without their semicolon: numbers and, of the names, those that Portuguese needs.
_ACCENTS = "[AEIOUYaeiouy]acute|[AEIOUaeiou](?:circ|grave|uml)|[ANOano]tilde|[Cc]cedil"
_OPEN = rf"&(?:#(?:[0-9]{{2,24}}|[xX][0-9A-Fa-f]{{2,24}})|{_ACCENTS}|nbsp|ord[fm])"
_UNENDED = re.compile(rf"(?>{_OPEN})(?!;)")
LAYERS = f"{MARKUP}|{_ENTITY}|{_OPEN}"  # screen of strip_layers
_ZERO_WIDTH = r"\x{200b}"  # zero-width space: separates words like any other
_RARE_SPACES = SPACES.removeprefix(" ") + _ZERO_WIDTH
# Unicode's Default_Ignorable_Code_Point: soft hyphens, joiners, marks of direction, fillers, variation selectors. BERT
# deletes most of them, and makes [UNK] of a word with another. It deletes control characters too, as ftfy does. Those
# beyond U+FFFF are as rare as they are slow to find: they stay, and hashes leave them out.
# Separate patterns: Rust searches for a few sequences of bytes ten times as fast as for many.
_INVISIBLE = (
    r"[\x{ad}\x{34f}\x{115f}\x{1160}\x{3164}\x{ffa0}]",
    r"[\x{17b4}\x{17b5}\x{180b}-\x{180f}]",
    r"[\x{200c}-\x{200f}]",
    r"[\x{202a}-\x{202e}\x{feff}]",
    r"[\x{2060}-\x{2064}\x{61c}]",
    r"[\x{2065}-\x{2069}]",
    r"[\x{fe00}-\x{fe07}]",
    r"[\x{fe08}-\x{fe0f}]",
    r"[\x{fff0}-\x{fff8}]",
)
_UNEVEN = (
    r"[ \n][ \n]",
    r"\A[ \n]",
    r"[ \n]\z",
    r"[\t\x0b\x0c\r\x1c-\x1f]",
    r"[\x{85}\x{a0}\x{1680}\x{3000}]",
    r"[\x{2000}-\x{2007}]",
    r"[\x{2008}-\x{200b}\x{2028}\x{2029}\x{202f}\x{205f}]",
    *_INVISIBLE,
)
_IS_UNEVEN = reduce(or_, map(pl.all().str.contains, _UNEVEN))
_EVEN = (
    pl.all()
    .str.replace_all("|".join(_INVISIBLE), "")
    .str.replace_all(f"[{_RARE_SPACES}][{SPACES}{_ZERO_WIDTH}]*| [{SPACES}{_ZERO_WIDTH}]+", " ")
    .str.replace_all(r" \n[ \n]*|\n[ \n]+", "\n")
    .str.strip_chars(" \n")
)
_SEPARATORS = r"[\x0b\x1c-\x1f]"  # control characters that are white space, but that ftfy deletes

# A URL holds brackets only in pairs and does not end in the punctuation of the sentence. White space is normal.
_PAIR = r"\([^ \n<>\"“”()]*\)"
_REST = rf"(?:[^ \n<>\"“”()]|{_PAIR})*(?:[^ \n<>\"“”.,;:!?…'’»()\[\]{{}}|]|{_PAIR})"
_SCHEMED = rf"(?:(?:https?|ftp)://|www\.[^ \n<>\"“”()/.]+\.){_REST}"  # www. alone also ends a word: Awwww.Que fofo!
_TOP = r"\.(?:com|org|net|gov|edu|br|pt|info|blog|io|tv|me)(?:\.[a-z]{2})?/"
_URL = f"(?i){_SCHEMED}"  # run by Rust
URLS = rf"(?i)(?:https?|ftp)://|www\.|{any_case(_TOP)}"  # screen of remove_urls
_URL_OR_BARE = re.compile(rf"{_SCHEMED}|(?<![\w@/.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*{_TOP}(?:{_REST})?", re.IGNORECASE)
_PLACE = "\ufdd0"  # replaces a URL; a noncharacter that Unicode reserves for internal use
# Screen for domains without scheme and www., after the other URLs were replaced: before a path, or before a www.
_BARE = rf"(?i){any_case(_TOP)}|[\w.-]{_PLACE}"
_BRACKETED = rf"(?:<[ \n]?{_PLACE}[ \n]?>|\([ \n]?{_PLACE}[ \n]?\)|\[[ \n]?{_PLACE}[ \n]?\]|{_PLACE})"
# Words that only introduce a URL are removed with it, as are the full stop and the date of access after it.
_DAY = r"[0-9]{1,2}(?:º? (?:de )?[A-Za-zç]{3,9}\.?,?(?: de)? [0-9]{4}|[/.][0-9]{1,2}[/.][0-9]{2,4})"
_INTRODUCED = (
    rf"(?:{EDGE}[Dd]ispon[ií]ve(?:l|is) (?:em|no (?:site|link|endereço)) ?:? ?"
    rf"|{EDGE}(?:[Mm]ais informações|[Ss]aiba mais|[Ll]eia mais|[Vv]eja mais|[Cc]onfira|[Aa]cesse)(?: em ?:?| ?:) ?"
    rf"|{EDGE}(?:[Ll]ink|LINK|URL|[Ss]ite|[Ee]ndereço) ?: ?|\[[0-9]{{1,3}}\] ?: ?){_BRACKETED}[.;,]?"
    rf"(?:[ \n]?Acess(?:o|ado) em ?:? ?{_DAY}\.?)?|{_BRACKETED}"
)

_NUMBERED = re.compile(r"&#(?:[xX][0-9A-Fa-f]+|[0-9]+);")


def layered(texts: pl.Series) -> pl.Series:
    """Positions (uint32) of the texts that strip_layers could change: those with markup or a known entity."""
    at = found(texts, LAYERS)
    some = texts.gather(at)
    entities = some.str.extract_all(_ENTITY)
    known = [entity for entity in entities.explode().drop_nulls().unique().to_list() if unescape_html(entity) != entity]
    holds = entities.list.eval(pl.element().is_in(known)).list.any()
    return at.filter(some.str.contains(f"{MARKUP}|{_OPEN}") | holds)


def strip_layers(text: str, layers: int = 3) -> tuple[str, bool, bool]:
    """Remove markup, entities, and markup hidden by up to `layers` - 1 layers of entities.

    Returns:
        The text, whether it had markup, and whether it had entities.
    """
    had_markup = had_entities = False
    for _ in range(layers):
        stripped = strip_markup(text)
        had_markup |= stripped != text
        text = _decoded(stripped) if "&" in stripped else stripped
        if text == stripped:
            break
        had_entities = True
    return text, had_markup, had_entities


def _decoded(text: str) -> str:
    """Decode entities. Those of no character, such as `&#0;`, vanish as that character does; `&#xFFFD;` stays."""
    text = _UNENDED.sub(r"\g<0>;", text)
    plain: str = unescape_html(text)
    if plain.count("\ufffd") > text.count("\ufffd"):
        plain = unescape_html(_NUMBERED.sub(_without_void, text))
    return plain


def _without_void(reference: re.Match[str]) -> str:
    number = reference[0][2:-1].lower()
    marks_loss = number.lstrip("x0") in ("fffd", "65533")
    return reference[0] if marks_loss or unescape_html(reference[0]) != "\ufffd" else ""


def remove_urls(texts: pl.Series) -> pl.Series:
    """Remove URLs: those with a scheme, those with www., and domains followed by a path.

    Brackets around a URL are removed with it, and so are words that only introduce it (`Disponível em:`).

    Args:
        texts: strings, none of them empty, with white space in normal form.
    """
    marked = texts.str.replace_all(_URL, _PLACE)
    bare = found(marked, _BARE)  # rare; their pattern is slow and needs a look-behind, which Rust lacks
    marked = put(marked, bare, each(texts.gather(bare), partial(_URL_OR_BARE.sub, _PLACE)))
    at = (marked != texts).arg_true()
    return put(texts, at, marked.gather(at).str.replace_all(_INTRODUCED, ""))


def separate(texts: pl.Series) -> pl.Series:
    """Replace rare control characters that separate words or lines by spaces and line feeds."""
    at = found(texts, rf"{_SEPARATORS}|\r\n")
    if not len(at):
        return texts
    return put(texts, at, texts.gather(at).str.replace_all("\r\n", "\n").str.replace_all(_SEPARATORS, " "))


def normalise_space(texts: pl.Series) -> pl.Series:
    """Bring white space to normal form: one space between words, none around lines, no empty lines.

    Zero-width spaces are white space. Other invisible characters are removed.
    """
    at = texts.to_frame().select(_IS_UNEVEN).to_series().arg_true()  # as one expression: a call of polars is slow
    return put(texts, at, texts.gather(at).to_frame().select(_EVEN).to_series()) if len(at) else texts
