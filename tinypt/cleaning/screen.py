"""Columns of texts: finding the few that a repair could change, and putting the repaired ones back.

A screen is a regular expression in Rust's syntax that polars runs over a whole column, a hundred times faster
than Python. It may let pass too much, never too little: a text it does not find is one its repair leaves alone.
"""

from collections.abc import Callable

import polars as pl

# An ASCII word boundary, which both engines know and fast ones can search for; Python's re spells it (?a:\b).
EDGE = r"(?-u:\b)"
# White space as Python's str.split and re define it, without the line feed, as the inside of a Rust class.
SPACES = r" \t\x0b\x0c\r\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"


def any_case(words: str) -> str:
    """A pattern of words that under (?i) also finds İ and ı, which Python's re.IGNORECASE takes for an i."""
    return words.replace("i", "[iİı]").replace("[a-z]", "[a-zİı]")


def found(texts: pl.Series, screen: str) -> pl.Series:
    """Positions (uint32) of the texts that `screen` finds."""
    return texts.str.contains(screen).arg_true()


def put(texts: pl.Series, at: pl.Series, values: pl.Series) -> pl.Series:
    """`texts` with `values` at the positions `at`."""
    return texts.clone().scatter(at, values) if len(at) else texts


def each(texts: pl.Series, function: Callable[[str], str]) -> pl.Series:
    """The column of `function` of every text."""
    return pl.Series([function(text) for text in texts.to_list()], dtype=pl.String)


def each_line(
    texts: pl.Series,
    find: Callable[[pl.Series], pl.Series],
    repair: Callable[[pl.Series], pl.Series],
    *,
    ends: bool = False,
) -> pl.Series:
    """`texts`, none of them empty, with `repair` of the lines that `find` gives the positions of.

    Lines are what stands between line feeds; with `ends` they are handed over with their own.
    """
    split = texts.str.split("\n", inclusive=ends)
    lines = split.explode()
    at = find(lines)
    frame = pl.DataFrame({"text": positions(split), "line": put(lines, at, repair(lines.gather(at)))})
    return frame.group_by("text", maintain_order=True).agg(pl.col("line").str.join("" if ends else "\n"))["line"]


def positions(lists: pl.Series) -> pl.Series:
    """For every item of the lists, one after the other, the position of its list."""
    return pl.Series(range(len(lists)), dtype=pl.UInt32).repeat_by(lists.list.len()).explode()
