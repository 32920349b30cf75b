"""Repairing texts in batches: pure functions of the texts and the parameters.

Every repair works on a whole column. A screen finds the few texts that the repair could change, and Python handles
only those. Running the screen takes a fraction of the time of a Python repair.
"""

from collections.abc import Callable
from functools import partial

import polars as pl

from tinypt.cleaning.lines import LOSSY, METADATA, is_continued, is_lossy, is_metadata
from tinypt.cleaning.mojibake import SUSPECT, fix_suspects, straighten_quotes, suspects
from tinypt.cleaning.personal import PERSONAL, mask_personal_data
from tinypt.cleaning.screen import each, each_line, found, put
from tinypt.cleaning.text import LAYERS, URLS, layered, normalise_space, remove_urls, separate, strip_layers
from tinypt.params.clean import Clean

# Layers of escaping that each round removes. One repair can expose work for another; real text is stable after two
# rounds, and feeds hold &amp;lt;.
_ROUNDS = (3, 1, 1)
Changes = dict[str, int]


def repair_batch(texts: pl.Series, rules: Clean) -> tuple[pl.Series, list[Changes]]:
    """Apply the repairs that `rules` list, in the order of the code, until no text changes any more.

    White space is always normalised, curly quotes are always straightened, and invisible characters are always removed;
    none of these counts as a repair.

    Args:
        texts: strings, no nulls.
        rules: the `clean` parameters.

    Returns:
        The repaired texts, and for each text the UTF-8 bytes removed by each repair that changed it.
        The result for a text does not depend on the other texts.
    """
    changes: list[Changes] = [{} for _ in range(len(texts))]
    rows = pl.Series(range(len(texts)), dtype=pl.UInt32)
    left = texts
    for layers in _ROUNDS:
        noted = [changes[row] for row in rows]
        decoded = _decode(left, noted, rules, layers)
        after = _strip(decoded, noted, rules)
        texts = put(texts, rows, after)
        again = after != decoded
        # A text that stripping left alone needs another round only if there is more to decode.
        rest = ((after != left) & ~again).arg_true()
        some = after.gather(rest)
        again = again.scatter(rest, some.str.contains(LAYERS) | some.str.contains(SUSPECT)).arg_true()
        rows, left = rows.gather(again), after.gather(again)
        if not len(rows):
            break
    return texts, changes


def _decode(texts: pl.Series, changes: list[Changes], rules: Clean, layers: int) -> pl.Series:
    """Restore the intended texts: no markup, entities, mojibake or uneven white space."""
    if "markup" in rules.repairs:
        texts = _strip_layers(texts, changes, layers)
    texts = separate(texts)
    # Other white space is still the original here: ftfy needs the no-break spaces that belong to mojibake.
    if "mojibake" in rules.repairs:
        at, straight = suspects(texts), straighten_quotes(texts)
        before, after = straight.gather(at), fix_suspects(texts.gather(at))
        _note("mojibake", at, normalise_space(before), normalise_space(after), changes)
        texts = put(straight, at, after)
    return normalise_space(texts)


def _strip(texts: pl.Series, changes: list[Changes], rules: Clean) -> pl.Series:
    """Remove everything that is not prose."""
    for rule, (screens, repair) in STEPS.items():
        if rule in rules.repairs:
            texts = _change(rule, texts, screens, repair, changes)
    return texts


def _without_metadata(texts: pl.Series) -> pl.Series:
    return each_line(texts, _metadata, partial(each, function=lambda _: ""), ends=True)


def _metadata(lines: pl.Series) -> pl.Series:
    """Positions (uint32) of the lines that are metadata. All lines end in a line feed but the last one of each text."""
    at = found(lines, METADATA)
    known = {line: is_metadata(line.removesuffix("\n")) for line in lines.gather(at).unique().to_list()}
    at = at.filter(pl.Series([known[line] for line in lines.gather(at).to_list()], dtype=pl.Boolean))
    formed, dropped = set(at.to_list()), list[int]()
    around = (lines.shift(by, fill_value="").gather(at).to_list() for by in (1, 0, -1))
    for place, before, line, after in zip(at.to_list(), *around, strict=True):
        begins = not before.endswith("\n") or dropped[-1:] == [place - 1]
        ends = not line.endswith("\n") or place + 1 in formed
        if not is_continued(
            "" if begins else before.removesuffix("\n"), line.removesuffix("\n"), "" if ends else after
        ):
            dropped.append(place)
    return pl.Series(dropped, dtype=pl.UInt32)


def _without_lossy(texts: pl.Series) -> pl.Series:
    emptied = partial(each, function=lambda line: "" if is_lossy(line) else line)
    return each_line(texts, lambda lines: found(lines, *LOSSY), emptied)


# The repairs of decoded texts by their parameter's name, in order. Each has screens and a function of the texts that
# one of them finds; these have their white space in normal form.
STEPS: dict[str, tuple[tuple[str, ...], Callable[[pl.Series], pl.Series]]] = {
    "urls": ((URLS,), remove_urls),
    "metadata": ((METADATA,), _without_metadata),
    "lossy_mojibake": (LOSSY, _without_lossy),
    "personal_data": ((PERSONAL,), mask_personal_data),
}


def _strip_layers(texts: pl.Series, changes: list[Changes], layers: int) -> pl.Series:
    at = layered(texts)
    before = texts.gather(at)
    stripped = [strip_layers(text, layers) for text in before.to_list()]
    after = pl.Series([text for text, _, _ in stripped], dtype=pl.String)
    had_markup = pl.Series([markup for _, markup, _ in stripped], dtype=pl.Boolean)
    plain, even = normalise_space(before), normalise_space(after)
    for rule, which in (("markup", had_markup), ("entities", ~had_markup)):
        _note(rule, at.filter(which), plain.filter(which), even.filter(which), changes)
    return put(texts, at, after)


def _change(
    rule: str,
    texts: pl.Series,
    screens: tuple[str, ...],
    repair: Callable[[pl.Series], pl.Series],
    changes: list[Changes],
) -> pl.Series:
    at = found(texts, *screens)
    if not len(at):
        return texts
    before = texts.gather(at)
    after = normalise_space(repair(before))
    _note(rule, at, before, after, changes)
    return put(texts, at, after)


def _note(rule: str, at: pl.Series, before: pl.Series, after: pl.Series, changes: list[Changes]) -> None:
    """Add the bytes that `rule` removed from the texts at some positions; both columns have normal white space."""
    shorter = before.str.len_bytes().cast(pl.Int64) - after.str.len_bytes().cast(pl.Int64)
    changed = before != after
    for row, size in zip(at.filter(changed), shorter.filter(changed), strict=True):
        changes[row][rule] = changes[row].get(rule, 0) + size
