"""The definition of repairing a text: one text at a time, every expression applied to all of it, plain ftfy.

Far too slow for a corpus. The repairs of whole columns must give the same.
"""

import re
from functools import cache

import ftfy
from ftfy.badness import is_bad
from ftfy.fixes import uncurl_quotes

from tinypt.cleaning import mojibake
from tinypt.cleaning import text as module
from tinypt.cleaning.lines import is_continued, is_lossy, is_metadata
from tinypt.cleaning.personal import PATTERNS
from tinypt.cleaning.text import strip_layers
from tinypt.params.clean import Clean

# Characters of the category Format that occur in Latin text. ftfy removes control characters.
# Unicode's Default_Ignorable_Code_Point below U+10000. The zero-width space is none here, and ftfy deletes U+206A to F.
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u2069\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8]"
)

_FTFY = ftfy.TextFixerConfig(unescape_html=False)


def repair(text: str, rules: Clean) -> tuple[str, dict[str, int]]:
    """The repaired text, and the bytes removed by each repair that changed it."""
    changes: dict[str, int] = {}
    for layers in (3, 1, 1):
        before = text
        text = _repair_once(text, rules, changes, layers)
        if text == before:
            break
    return text, changes


def _repair_once(text: str, rules: Clean, changes: dict[str, int], layers: int) -> str:
    def note(rule: str, before: str, after: str) -> str:
        before, after = normalise_space(before), normalise_space(after)
        if after != before:
            changes[rule] = changes.get(rule, 0) + len(before.encode()) - len(after.encode())
        return after

    if "markup" in rules.repairs:
        stripped, had_markup, had_entities = strip_layers(text, layers)
        if had_markup or had_entities:
            note("markup" if had_markup else "entities", text, stripped)
        text = stripped
    text = re.sub("[\x0b\x1c-\x1f]", " ", text.replace("\r\n", "\n"))
    if "mojibake" in rules.repairs:
        fixed = fix_mojibake(text)
        if fixed != text:
            note("mojibake", uncurl_quotes(text), fixed)
        text = fixed
    text = normalise_space(text)
    if "urls" in rules.repairs:
        text = note("urls", text, remove_urls(text))
    if "metadata" in rules.repairs:
        text = note("metadata", text, without_metadata(text))
    if "lossy_mojibake" in rules.repairs:
        text = note("lossy_mojibake", text, "\n".join(line for line in text.split("\n") if not is_lossy(line)))
    if "personal_data" in rules.repairs:
        masked = text
        for pattern, placeholder in PATTERNS.items():
            masked = re.sub(python(pattern), placeholder, masked)
        text = note("personal_data", text, masked)
    return text


def without_metadata(text: str) -> str:
    """The lines that are not metadata: not in its form, or part of a sentence with the lines around them."""
    lines, left, before = text.split("\n"), list[str](), ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        is_text = not is_metadata(line) or is_continued(before, line, "" if is_metadata(after) else after)
        left += [line] * is_text
        before = line if is_text else ""
    return "\n".join(left)


def python(pattern: str) -> str:
    """A pattern that Rust runs, in the syntax of Python's re."""
    return pattern.replace("(?-u:", "(?a:")


def fix_mojibake(text: str) -> str:
    """All of ftfy's default repairs except that of entities, and of words in capitals that end in certain letters."""
    return "".join(map(_fix_line, re.findall(r"[^\n]*\n|[^\n]+", text)))


@cache  # a text is repaired until it no longer changes, and most of its lines never do
def _fix_line(line: str) -> str:
    fixed = line
    while is_bad(_without_capitals(fixed)):
        before, (fixed, _) = fixed, ftfy._fix_encoding_one_step_and_explain(fixed, _FTFY)
        if fixed == before:
            break
    fixed = ftfy.fix_text_segment(fixed, _FTFY._replace(fix_encoding=False))
    return fixed if fixed == line else fix_mojibake(fixed)


def _without_capitals(line: str) -> str:
    """The line with A for each letter that is right, as in HORTELÃ. One step of decoding may make such a word."""
    letter = r"[^\W\d_²³¹¼-¾]"
    start, end = rf"((?<!{letter})[A-ZÀ-ÖØ-Þ]+)", f"(?!(?![ªº]){letter})"
    for right in (
        rf"{start}Ã([»’…–—™®\xa0])",
        rf"([A-ZÀ-ÖØ-Þ])Ã([«°¹²¨¬¶·†½¾¿]{end})",
        "(“[^“”]*[A-ZÀ-ÖØ-Þ])Ã(”)",
        rf"{start}[ÇÉÊÍ]([¹²³°†‡•¼½¾ªº§¶¨¬±µ‰ˆ˜])",
        rf"((?<!{letter})(?:{mojibake._TILDE}))Ã([©ªº³´§‘“”•‡]{end})",
        "([A-Za-zÀ-ÖØ-öø-ÿ]”)[ªº]()",
    ):
        line = re.sub(right, r"\1A\2", line)
    return line


def remove_urls(text: str) -> str:
    """Remove URLs, brackets around them and their introductions in one pass over the whole text."""
    marked = module._URL_OR_BARE.sub(module._PLACE, text)
    return text if marked == text else re.sub(python(module._INTRODUCED), "", marked)


def normalise_space(text: str) -> str:
    """One space between words, none around lines, no empty lines, no invisible characters."""
    lines = (" ".join(_INVISIBLE.sub("", line).replace("\u200b", " ").split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
