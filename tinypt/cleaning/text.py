"""Repairs inside a text: markup and entities in layers, URLs, white space."""

import re
from functools import partial

import polars as pl
from ftfy.fixes import unescape_html

from tinypt.cleaning.markup import MARKUP, strip_markup
from tinypt.cleaning.screen import SPACES, any_case, each, each_line, found, put

LAYERS = rf"{MARKUP}|&#?[0-9A-Za-z]{{1,24}};"  # what strip_layers could change holds one of these
_RARE_SPACES = SPACES.removeprefix(" ")
_UNEVEN = rf"[{_RARE_SPACES}]|[ \n][ \n]|\A[ \n]|[ \n]\z"

_REST = '[^\\s<>"“”]*[^\\s<>"“”.,;:!?…\'’»()\\[\\]{}|]'  # a URL does not end in the sentence's punctuation
_SCHEMED = rf"(?:(?:https?|ftp)://|www\.){_REST}"
_TOP = r"\.(?:com|org|net|gov|edu|br|pt|info|blog|io|tv|me)(?:\.[a-z]{2})?/"
_URL = re.compile(_SCHEMED, re.IGNORECASE)
URLS = rf"(?i)(?:https?|ftp)://|www\.|{any_case(_TOP)}"  # what remove_urls could change holds one of these
_BARE = re.compile(_TOP, re.IGNORECASE)
_URL_OR_BARE = re.compile(rf"{_SCHEMED}|(?<![\w@/.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*{_TOP}(?:{_REST})?", re.IGNORECASE)
_PLACE = "\ufdd0"  # stands for a URL; Unicode keeps it free for such use
_GLUED = re.compile(rf"[\w.-]{_PLACE}")  # where a domain may begin before the www. in it
_SPREAD = rf"[<(\[]\n|\n[>)\]]|{_PLACE}"  # brackets on other lines than what they enclose
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


def remove_urls(texts: pl.Series) -> pl.Series:
    """Remove URLs: with a scheme, with www., or a domain followed by a path; brackets around one go with it.

    The texts are not empty and have their white space in normal form.
    """
    spread = texts.str.contains(_SPREAD)
    plain = each_line(texts, partial(found, screen=URLS), partial(each, function=_remove_urls))
    return put(plain, spread.arg_true(), each(texts.filter(spread), _remove_urls))


def _remove_urls(text: str) -> str:
    marked = _URL.sub(_PLACE, text)
    if _BARE.search(marked) or _GLUED.search(marked):  # rarely; the larger pattern is the slower one
        marked = _URL_OR_BARE.sub(_PLACE, text)
    return text if marked == text else _BRACKETED.sub("", marked)


def normalise_space(texts: pl.Series) -> pl.Series:
    """One space between words, no space around lines, no empty lines."""
    at = found(texts, _UNEVEN)
    spaced = texts.gather(at).str.replace_all(f"[{_RARE_SPACES}][{SPACES}]*| [{SPACES}]+", " ")
    return put(texts, at, spaced.str.replace_all(r" \n[ \n]*|\n[ \n]+", "\n").str.strip_chars(" \n"))
