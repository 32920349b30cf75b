"""Repairing mojibake with exactly the result of ftfy, in a fraction of its time.

ftfy needs a millisecond per kilobyte. It spends nearly all of it searching for sequences of characters that occur
only in mojibake (its `badness` module). That expression has no look-around, so Rust can run it too. The screen
combines it with every character that ftfy's other repairs could change. ftfy leaves all other lines unchanged except
for curly quotes, which are straightened by column. Lines that the screen finds are repaired by ftfy itself.
"""

import re
import unicodedata

import ftfy
import polars as pl
from ftfy import fixes
from ftfy.badness import BADNESS_RE

from tinypt.cleaning.screen import SPACES, each, each_line, found, put
from tinypt.runtime.errors import PipelineError

_VERSION = "6.3.1"  # the screen and the order of the repairs below follow this version
if ftfy.__version__ != _VERSION or BADNESS_RE.flags != re.VERBOSE | re.UNICODE or "(?" in BADNESS_RE.pattern:
    raise PipelineError(
        f"ftfy {ftfy.__version__}: the screen in front of it fits {_VERSION}; install that version (requirements.txt)"
    )

# Characters that no ftfy repair of single characters changes and that no normalisation composes.
_UNTOUCHED = (
    r"\t\n\x20-\x7e\x{a0}-\x{131}\x{134}-\x{148}\x{14a}-\x{17f}\x{384}-\x{386}\x{388}-\x{3ff}\x{400}-\x{482}"
    r"\x{48a}-\x{52f}\x{200b}-\x{2027}\x{202a}-\x{203a}\x{20a0}-\x{20bf}\x{2122}\x{2190}-\x{2328}"
    r"\x{2460}-\x{2adb}\x{4e00}-\x{9fff}\x{e000}-\x{f8ff}\x{fe0f}\x{fffd}\x{1f1e6}-\x{1f1ff}\x{1f300}-\x{1faff}"
)
_SEGMENT = 1_000_000  # ftfy cuts longer lines into pieces
_FTFY = ftfy.TextFixerConfig(unescape_html=False)  # entities are a separate step
_CHARACTER_FIXES = (
    fixes.fix_c1_controls,
    fixes.fix_latin_ligatures,
    fixes.fix_character_width,
    fixes.uncurl_quotes,
    fixes.fix_line_breaks,
    fixes.fix_surrogates,
    fixes.remove_terminal_escapes,
    fixes.remove_control_chars,
)


def _rust(pattern: str) -> str:
    """Translate a verbose Python expression without look-around to Rust's syntax; it finds at least the same."""
    pieces, in_class, position = [], False, 0
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            position += 1
            known = {"s": f"[{SPACES}\\n]", "w": r"[0-9A-Za-z_\x{80}-\x{10ffff}]"}
            pieces.append(known.get(pattern[position], "\\" + pattern[position]))
        elif character == ("]" if in_class else "["):
            in_class = not in_class
            pieces.append(character)
        elif in_class:
            pieces.append(character if character in "^-" or character.isalnum() else f"\\x{{{ord(character):x}}}")
        elif character == "#":
            position = pattern.index("\n", position)
        elif not character.isspace():
            pieces.append(character)
        position += 1
    return f"(?m:{''.join(pieces)})"


BAD = _rust(BADNESS_RE.pattern)
ODD = f"[^{_UNTOUCHED}]"
SUSPECT = f"{BAD}|{ODD}"  # screen of fix_mojibake, for lines up to _SEGMENT


def fix_mojibake(texts: pl.Series) -> pl.Series:
    """Apply ftfy.fix_text to each text, without its repair of entities."""
    at = _suspect(texts)
    if len(at):
        texts = put(texts, at, each_line(texts.gather(at), _suspect, _fix_lines, ends=True))
    return straighten_quotes(texts)


def straighten_quotes(texts: pl.Series) -> pl.Series:
    """Replace curly quotes by straight ones, as ftfy does; curly quotes are no sign of mojibake."""
    at = found(texts, "[ʼ‘-‟]")
    curly = texts.gather(at)
    return put(texts, at, curly.str.replace_all("[ʼ‘-‛]", "'").str.replace_all("[“-‟]", '"'))


def _suspect(texts: pl.Series) -> pl.Series:
    return (texts.str.contains(SUSPECT) | (texts.str.len_bytes() > _SEGMENT)).arg_true()


def _fix_lines(column: pl.Series) -> pl.Series:
    """Apply ftfy.fix_text to each line: all its repairs, repeated until the line no longer changes."""
    lines = [ftfy.fix_text(line, _FTFY) if len(line) > _SEGMENT else line for line in column.to_list()]
    left = [place for place, line in enumerate(lines) if len(line) <= _SEGMENT]
    while left:
        decoded = pl.Series(_fix_encoding([lines[place] for place in left]), dtype=pl.String)
        odd = found(decoded, ODD)
        fixed = put(straighten_quotes(decoded), odd, each(decoded.gather(odd), _fix_characters))
        still = []
        for place, line, suspect in zip(left, fixed, fixed.str.contains(SUSPECT), strict=True):
            if line != lines[place] and suspect:
                still.append(place)
            lines[place] = line
        left = still
    return pl.Series(lines, dtype=pl.String)


def _fix_encoding(lines: list[str]) -> list[str]:
    """Apply ftfy.fix_encoding to each line. Its own slow search runs only on lines that BAD finds."""
    lines = list(lines)
    left = list(range(len(lines)))
    while left:
        bad = found(pl.Series([lines[place] for place in left], dtype=pl.String), BAD)
        changed = []
        for place in (left[index] for index in bad):
            fixed = ftfy._fix_encoding_one_step_and_explain(lines[place], _FTFY).text
            if fixed != lines[place]:
                lines[place] = fixed
                changed.append(place)
        left = changed
    return lines


def _fix_characters(line: str) -> str:
    for fix in _CHARACTER_FIXES:
        line = fix(line)
    return unicodedata.normalize("NFC", line)
