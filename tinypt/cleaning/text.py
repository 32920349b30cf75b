"""Repairs inside a text: entities, mojibake, URLs, white space."""

import html
import re

import ftfy

from tinypt.cleaning.markup import strip_markup

# ftfy leaves every text alone that is made of these alone: all it repairs needs a character outside of them
# (a property test holds it to that). Most Portuguese lines are, and ftfy takes a millisecond for every kilobyte.
_SAFE = re.compile(r"[\t\n -~áàâãéêíóôõúç]*")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,24};")
_FTFY = ftfy.TextFixerConfig(unescape_html=False)  # entities are a step of their own
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+"
    r"|(?<![\w@/.])(?:[a-z0-9-]+\.)+(?:com|org|net|gov|edu|br|pt|info|blog|io|tv|me)(?:\.[a-z]{2})?/[^\s<>\"]*",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[^\S\n]+")
_MAX_LAYERS = 3  # of escaping: &amp;lt; is seen in feeds, deeper nesting in nothing but attacks


def strip_layers(text: str) -> tuple[str, bool, bool]:
    """Remove markup, entities, and the markup that entities hid. Returns the text, and whether each was there."""
    had_markup = had_entities = False
    for _ in range(_MAX_LAYERS):
        stripped = strip_markup(text)
        plain = html.unescape(stripped) if _ENTITY.search(stripped) else stripped
        had_markup |= stripped != text
        had_entities |= plain != stripped
        if plain == text:
            break
        text = plain
    return text, had_markup, had_entities


def fix_mojibake(text: str) -> str:
    """What ftfy.fix_text gives, entities left alone; run on the lines that could change."""
    if _SAFE.fullmatch(text):
        return text
    return "\n".join(line if _SAFE.fullmatch(line) else ftfy.fix_text(line, _FTFY) for line in text.split("\n"))


def remove_urls(text: str) -> str:
    """Remove URLs: with a scheme, with www., or a domain followed by a path."""
    return _URL.sub("", text)


def normalise_space(text: str) -> str:
    """One space between words, no space around lines, no empty lines."""
    lines = (line.strip() for line in _SPACES.sub(" ", text).split("\n"))
    return "\n".join(line for line in lines if line)
