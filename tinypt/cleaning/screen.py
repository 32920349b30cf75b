r"""Finding the few texts of a column that a repair could change, and putting the repaired ones back.

A screen is a regular expression that polars runs over a whole column, a hundred times as fast as Python. It may find
too many texts but never too few: the repair leaves every other text unchanged.

Screens run in Rust. There \w, \s and \b differ from Python's re, and \d depends on the version of Unicode. So a
pattern that both Rust and Python run holds only explicit classes and EDGE. A pattern that only Python runs may use
any class, if its screen finds at least the same.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_

import polars as pl

# A boundary of ASCII words, the same in Rust and Python. Python's re spells it (?a:\b).
EDGE = r"(?-u:\b)"
# White space as str.split and Python's re define it, without the line feed; the inside of a class in Rust's syntax.
SPACES = r" \t\x0b\x0c\r\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"


def any_case(words: str) -> str:
    """Make a pattern of words find İ and ı under (?i) as well, which Python's re.IGNORECASE equates with i."""
    return words.replace("i", "[iİı]").replace("[a-z]", "[a-zİı]")


def found(texts: pl.Series, *screens: str) -> pl.Series:
    """Positions (uint32) of the texts that one of the screens finds."""
    return reduce(or_, map(texts.str.contains, screens)).arg_true()


def put(texts: pl.Series, at: pl.Series, values: pl.Series) -> pl.Series:
    """Return `texts` with `values` at the positions `at`."""
    return texts.clone().scatter(at, values) if len(at) else texts


def each(texts: pl.Series, function: Callable[[str], str]) -> pl.Series:
    """Apply a Python function to every text, once to equal ones: broken pages repeat a few lines."""
    known = {text: function(text) for text in dict.fromkeys(texts.to_list())}
    return pl.Series([known[text] for text in texts.to_list()], dtype=pl.String)


def each_line(
    texts: pl.Series,
    find: Callable[[pl.Series], pl.Series],
    repair: Callable[[pl.Series], pl.Series],
    *,
    ends: bool = False,
) -> pl.Series:
    """Repair single lines of texts.

    Args:
        texts: strings, none of them empty.
        find: gives the positions of the lines to repair.
        repair: a function of the column of these lines.
        ends: whether lines include their line feed.
    """
    split = texts.str.split("\n", inclusive=ends)
    lines = split.explode()
    at = find(lines)
    frame = pl.DataFrame({"text": positions(split), "line": put(lines, at, repair(lines.gather(at)))})
    return frame.group_by("text", maintain_order=True).agg(pl.col("line").str.join("" if ends else "\n"))["line"]


def positions(lists: pl.Series) -> pl.Series:
    """For each item of the exploded lists, the position of its list (uint32)."""
    return pl.Series(range(len(lists)), dtype=pl.UInt32).repeat_by(lists.list.len()).explode()
