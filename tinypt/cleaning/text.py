"""Repairs inside a text: markup and entities in layers, URLs, white space."""

import re
from functools import partial, reduce
from operator import or_

import polars as pl
from ftfy.fixes import unescape_html

from tinypt.cleaning.markup import MARKUP, strip_markup
from tinypt.cleaning.screen import EDGE, SPACES, any_case, each, found, put

_ENTITY = "&#?[0-9A-Za-z]{1,24};"  # what unescape_html looks up, each by itself
LAYERS = f"{MARKUP}|{_ENTITY}"  # what strip_layers could change holds one of these
_RARE_SPACES = SPACES.removeprefix(" ")
# Apart: Rust looks for a few sequences of bytes ten times as fast as for many.
_UNEVEN = (
    r"[ \n][ \n]",
    r"\A[ \n]",
    r"[ \n]\z",
    r"[\t\x0b\x0c\r\x1c-\x1f]",
    r"[\x{85}\x{a0}\x{1680}\x{3000}]",
    r"[\x{2000}-\x{2007}]",
    r"[\x{2008}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}]",
)

# A URL holds brackets in pairs, and does not end in the sentence's punctuation.
_PAIR = r"\([^ \n<>\"“”()]*\)"
_REST = rf"(?:[^ \n<>\"“”()]|{_PAIR})*(?:[^ \n<>\"“”.,;:!?…'’»()\[\]{{}}|]|{_PAIR})"
_SCHEMED = rf"(?:(?:https?|ftp)://|www\.){_REST}"
_TOP = r"\.(?:com|org|net|gov|edu|br|pt|info|blog|io|tv|me)(?:\.[a-z]{2})?/"
_URL = f"(?i){_SCHEMED}"  # in Rust's syntax; on even white space it finds what Python's would
URLS = rf"(?i)(?:https?|ftp)://|www\.|{any_case(_TOP)}"  # what remove_urls could change holds one of these
_URL_OR_BARE = re.compile(rf"{_SCHEMED}|(?<![\w@/.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*{_TOP}(?:{_REST})?", re.IGNORECASE)
_PLACE = "\ufdd0"  # stands for a URL; Unicode keeps it free for such use
# Where a domain without either may stand, once the other URLs are places: before a path, or before the www. in it.
_BARE = rf"(?i){any_case(_TOP)}|[\w.-]{_PLACE}"
_BRACKETED = rf"(?:<[ \n]?{_PLACE}[ \n]?>|\([ \n]?{_PLACE}[ \n]?\)|\[[ \n]?{_PLACE}[ \n]?\]|{_PLACE})"
# What only introduces a URL goes with it, and so do the full stop after it and the day it was looked at.
_DAY = r"[0-9]{1,2}(?:º? (?:de )?[A-Za-zç]{3,9}\.?,?(?: de)? [0-9]{4}|[/.][0-9]{1,2}[/.][0-9]{2,4})"
_INTRODUCED = (
    rf"(?:{EDGE}[Dd]ispon[ií]ve(?:l|is) (?:em|no (?:site|link|endereço)) ?:? ?"
    rf"|{EDGE}(?:[Mm]ais informações|[Ss]aiba mais|[Ll]eia mais|[Vv]eja mais|[Cc]onfira|[Aa]cesse)(?: em ?:?| ?:) ?"
    rf"|{EDGE}(?:[Ll]ink|LINK|URL|[Ss]ite|[Ee]ndereço) ?: ?|\[[0-9]{{1,3}}\] ?: ?){_BRACKETED}[.;,]?"
    rf"(?:[ \n]?Acess(?:o|ado) em ?:? ?{_DAY}\.?)?|{_BRACKETED}"
)

_MAX_LAYERS = 8  # of escaping: &amp;lt; is seen in feeds, deeper nesting in nothing but attacks


def layered(texts: pl.Series) -> pl.Series:
    """Positions (uint32) of the texts that strip_layers could change: with markup or an entity that means something."""
    at = found(texts, LAYERS)
    some = texts.gather(at)
    entities = some.str.extract_all(_ENTITY)
    known = [entity for entity in entities.explode().drop_nulls().unique().to_list() if unescape_html(entity) != entity]
    holds = entities.list.eval(pl.element().is_in(known)).list.any()
    return at.filter(some.str.contains(MARKUP) | holds)


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


def remove_urls(texts: pl.Series) -> pl.Series:
    """Remove URLs: with a scheme, with www., or a domain followed by a path; brackets around one go with it,
    and so does what introduces it and says nothing else (`Disponível em:`).

    The texts are not empty and have their white space in normal form.
    """
    marked = texts.str.replace_all(_URL, _PLACE)
    bare = found(marked, _BARE)  # rarely; the larger pattern is slow, and has a look-behind, which Rust has not
    marked = put(marked, bare, each(texts.gather(bare), partial(_URL_OR_BARE.sub, _PLACE)))
    at = (marked != texts).arg_true()
    return put(texts, at, marked.gather(at).str.replace_all(_INTRODUCED, ""))


def normalise_space(texts: pl.Series) -> pl.Series:
    """One space between words, no space around lines, no empty lines."""
    at = reduce(or_, map(texts.str.contains, _UNEVEN)).arg_true()
    spaced = texts.gather(at).str.replace_all(f"[{_RARE_SPACES}][{SPACES}]*| [{SPACES}]+", " ")
    return put(texts, at, spaced.str.replace_all(r" \n[ \n]*|\n[ \n]+", "\n").str.strip_chars(" \n"))
