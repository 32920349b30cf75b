"""Repairing mojibake with exactly the result of ftfy, in a fraction of its time.

ftfy needs a millisecond per kilobyte. It spends nearly all of it searching for sequences of characters that occur
only in mojibake (its `badness` module). That expression has no look-around, so Rust can run it too. The screen
combines it with every character that ftfy's other repairs could change. ftfy leaves all other lines unchanged except
for curly quotes, which are straightened by column. Lines that the screen finds are repaired by ftfy itself.

Three differences from ftfy are intended. Words in capitals that end in Ã keep it before punctuation, where ftfy sees
û or Ô (`«HORTELÃ»`), and known ones before signs such as © (`MAÇÃ©`). A line that several layers of decoding do not
settle stays as it is; ftfy would decode it once for each of its characters. A run of combining marks is cut, since its
normal form takes time in its square.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import ftfy
import polars as pl
from ftfy import fixes
from ftfy.badness import BADNESS_RE, is_bad
from ftfy.chardata import CHARMAP_ENCODINGS, CONTROL_CHARS, LIGATURES, UTF8_CLUES, UTF8_DETECTOR_RE, WIDTH_MAP

from tinypt.cleaning.screen import SPACES, each_line, found, put
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
_FTFY = ftfy.TextFixerConfig(decode_inconsistent_utf8=False)  # parts of a line are decoded here, in bounded time
_PASSES = 6  # decodings and repairs of a line; real lines need at most three, invented ones five
_PART_PASSES = 3  # decodings of a part of a line
# Ã is right at the end of a word in capitals before these. As mojibake they would be lower-case letters, letters that
# Portuguese does not have, or a quotation mark that is closed without being opened. Other letters are right before a
# mark of a footnote (JOSÉ¹): both would be a phonetic or Greek letter. Ã before other signs may be a Portuguese letter
# (CAFÃ©), so it is right only in words that end in it.
_TILDE = (
    "AFEG|ALDE|ALEM|AMANH|ANCI|ANFITRI|ARTES|AVEL|BRET|BUTANT|CAMPE|CATAL|CIDAD|CRIST|CUNH|DIV|ESCRIV|GAL|HORTEL|IRM|ISL"
    "|ITAPU|IVAIPOR|JAÇAN|MANH|MARACAN|MAÇ|ORF|PAG|ROM|SUTI|TALISM|TARZ|TECEL|TUP|VIL|ÓRF"
)
_START, _END = r"(?:^|[^\p{L}])", r"(?:[^\p{L}]|[ªº]|$)"
_RIGHT = (
    rf"({_START}[A-ZÀ-ÖØ-Þ]+)Ã([»’…–—™®\x{{a0}}])",
    rf"([A-ZÀ-ÖØ-Þ])Ã([«°¹²¨¬¶·†½¾¿]{_END})",
    r"(“[^“”]*[A-ZÀ-ÖØ-Þ])Ã(”)",
    rf"({_START}[A-ZÀ-ÖØ-Þ]+)[ÇÉÊÍ]([¹²³°†‡•¼½¾ªº§¶¨¬±µ‰ˆ˜])",
    *[rf"({_START}(?:{_TILDE}))Ã([©ªº³´§‘“”•‡]{_END})"] * 2,  # the end of a word may be the start of the next one
    r"([A-Za-zÀ-ÖØ-öø-ÿ]”)[ªº]()",  # a footnote of a quotation; both would be a Cyrillic letter
)
_MARKS = r"(\p{M}{30})\p{M}+"  # longest run of combining marks: the Stream-Safe Text Format of Unicode (UAX #15)


def _table(changes: dict[int, Any]) -> list[Any]:
    """The same for str.translate, three times as fast: a dictionary raises an error for each character it lacks."""
    return [changes.get(code, code) for code in range(0x10000)]


# ftfy's repairs of characters. Those with tables give nothing that another one of these changes.
_C1_CONTROLS = {code: fixes.fix_c1_controls(chr(code)) for code in range(0x80, 0xA0)}
_C1_CHARACTERS = {chr(code): fixed for code, fixed in _C1_CONTROLS.items()}
_C1, _SINGLE = _table(_C1_CONTROLS), _table(WIDTH_MAP | LIGATURES | _C1_CONTROLS)
_CONTROLS = re.compile(f"[{re.escape(''.join(map(chr, CONTROL_CHARS)))}]+")
_CHARACTER_FIXES: tuple[Callable[[str], str], ...] = (
    lambda lines: lines.translate(_SINGLE),
    fixes.uncurl_quotes,
    fixes.fix_line_breaks,
    fixes.remove_terminal_escapes,
    lambda lines: _CONTROLS.sub("", lines),
    partial(unicodedata.normalize, "NFC"),
)
_Known = dict[tuple[str, int], str]  # repaired parts of lines by passes: broken pages repeat a part thousands of times
_BETWEEN = "\ud800"  # stands between lines that are repaired as one: no text holds a surrogate, and no repair sees it


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


def _decodable(encoding: str) -> str:
    """A pattern of the texts that could be UTF-8 read with this encoding; it finds at least those that ftfy decodes."""

    def read(first: int, last: int) -> str:
        characters = bytes(range(first, last + 1)).decode(encoding)
        return "".join(rf"\x{{{ord(character):x}}}" for character in characters)

    more = rf"[{read(0x80, 0xBF)} ?\x1a\x{{fffd}}]"  # ftfy restores bytes that were lost to the last four
    return (
        rf"\A(?:[\x00-\x7f\x{{fffd}}]|[{read(0xC0, 0xDF)}]{more}|[{read(0xE0, 0xEF)}]{more}{{2}}"
        rf"|[{read(0xF0, 0xF7)}]{more}{{3}})*\z"
    )


# Screens of the lines that ftfy could decode as a whole and in parts. Trying it takes long, and most lines with C1
# controls or stray letters fail.
_WHOLE = "|".join(map(_decodable, CHARMAP_ENCODINGS))
_PART = "|".join(
    _rust(rf"[{UTF8_CLUES[f'utf8_first_of_{size}']}]" + f"[{UTF8_CLUES['utf8_continuation']}]" * (size - 1))
    for size in (2, 3, 4)
)


def fix_mojibake(texts: pl.Series) -> pl.Series:
    """Apply ftfy.fix_text to each text, without its repair of entities."""
    at = suspects(texts)
    return put(straighten_quotes(texts), at, fix_suspects(texts.gather(at)))


def fix_suspects(texts: pl.Series) -> pl.Series:
    """The same as fix_mojibake, for the texts that `suspects` finds."""
    return straighten_quotes(each_line(texts, suspects, _fix_lines, ends=True)) if len(texts) else texts


def straighten_quotes(texts: pl.Series) -> pl.Series:
    """Replace curly quotes by straight ones, as ftfy does; curly quotes are no sign of mojibake."""
    at = found(texts, "[ʼ‘-‟]")
    if not len(at):
        return texts
    curly = texts.gather(at)
    return put(texts, at, curly.str.replace_all("[ʼ‘-‛]", "'").str.replace_all("[“-‟]", '"'))


def suspects(texts: pl.Series) -> pl.Series:
    """Positions (uint32) of the texts that fix_mojibake could change in more than their quotes."""
    return (texts.str.contains(SUSPECT) | (texts.str.len_bytes() > _SEGMENT)).arg_true()


def _fix_lines(column: pl.Series) -> pl.Series:
    """Apply all of ftfy's repairs to each line. Where a repair breaks a line, each part is a line of its own."""
    lines = pl.Series(_fix_segments(column.to_list()), dtype=pl.String)
    broken = found(lines, r"\n.")  # the line feed is the last character of a line as it came
    return put(lines, broken, fix_suspects(lines.gather(broken)))


def _fix_segments(whole: list[str]) -> list[str]:
    """Repair lines, once where they are equal. Parts of long lines are repaired separately, as in ftfy."""
    distinct = dict.fromkeys(whole)  # broken pages repeat a few lines
    parts = {line: _cut(line) for line in distinct if len(line) > _SEGMENT}
    lines = list(dict.fromkeys(part for line in distinct for part in parts.get(line, (line,))))
    fixed = _settled(pl.Series(lines, dtype=pl.String)).to_list()
    repaired = dict(zip(lines, fixed, strict=True))
    repaired |= {line: "".join(repaired[part] for part in cut) for line, cut in parts.items()}
    return [repaired[line] for line in whole]


def _settled(lines: pl.Series) -> pl.Series:
    """Decode short lines and repair their characters until they no longer change. Those that do not settle stay."""
    fixed, left = lines, pl.int_range(len(lines), dtype=pl.UInt32, eager=True)
    for _ in range(_PASSES):
        current = fixed.gather(left)
        bad = _bad(current)
        decoded = _fix_encodings(current.gather(bad))
        other = decoded != current.gather(bad)
        again, decoded = bad.filter(other), decoded.filter(other)
        fixed = put(fixed, left.gather(again), decoded)
        every = pl.int_range(len(left), dtype=pl.UInt32, eager=True)
        rest = every.filter(~every.is_in(again))
        after = _fix_characters(current.gather(rest))
        other = after != current.gather(rest)
        rest, after = rest.filter(other), after.filter(other)
        fixed = put(fixed, left.gather(rest), after)
        left = left.gather(again.append(rest.filter(after.str.contains(SUSPECT))))
        if not len(left):
            break
    return put(fixed, left, lines.gather(left))


def _cut(line: str) -> list[str]:
    return [line[at : at + _SEGMENT] for at in range(0, len(line), _SEGMENT)]


def _bad(lines: pl.Series) -> pl.Series:
    """Positions (uint32) of the lines that may hold mojibake."""
    at = found(lines, BAD)
    plain = reduce(lambda some, right: some.str.replace_all(right, "${1}A${2}"), _RIGHT, lines.gather(at))
    return at.filter(plain.str.contains(BAD))


def _fix_encodings(lines: pl.Series) -> pl.Series:
    """One step of ftfy.fix_encoding for each of the lines that may hold mojibake."""
    whole = lines.str.contains(_WHOLE)
    at = (whole | lines.str.contains(_PART)).arg_true()
    known: _Known = {}
    some = zip(lines.gather(at).to_list(), whole.gather(at).to_list(), strict=True)
    fixed = [_fix_encoding(line, _PART_PASSES, known, may_be_whole) for line, may_be_whole in some]
    return put(lines.str.replace_many(_C1_CHARACTERS), at, pl.Series(fixed, dtype=pl.String))


def _fix_encoding(line: str, passes: int, known: _Known, may_be_whole: bool = True) -> str:
    """One step of ftfy.fix_encoding, which decodes a line as a whole or else its parts."""
    fixed: str
    fixed, plan = ftfy._fix_encoding_one_step_and_explain(line, _FTFY) if may_be_whole else (line.translate(_C1), [])
    if plan and plan[-1].parameter.startswith("utf-8"):
        return fixed
    first = UTF8_DETECTOR_RE.search(line) if passes else None
    # A line is soon found to be bad from its first part on, and slowly from a long start without any.
    if first and (plan or BADNESS_RE.search(line, first.start()) or is_bad(line)):

        def repair(part: re.Match[str]) -> str:
            if len(part[0]) == len(line):
                return part[0]
            key = part[0], passes
            if key not in known:
                known[key] = _fix_part(*key, known)
            return known[key]

        parts: str = UTF8_DETECTOR_RE.sub(repair, line)
        if parts != line:
            return parts
    return fixed


def _fix_part(part: str, passes: int, known: _Known) -> str:
    if not is_bad(part):
        return part
    for _ in range(passes):
        before, part = part, _fix_encoding(part, passes // 2, known)
        if part == before:
            break
    return part


def _fix_characters(lines: pl.Series) -> pl.Series:
    straight, odd = straighten_quotes(lines), found(lines, ODD)
    if not len(odd):
        return straight
    joined = _BETWEEN.join(lines.gather(odd).str.replace_all(_MARKS, "$1").to_list())
    for fix in _CHARACTER_FIXES:
        joined = fix(joined)
    return put(straight, odd, pl.Series(joined.split(_BETWEEN), dtype=pl.String))
