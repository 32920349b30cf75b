"""The time of cleaning grows with the length of a text, not faster, whatever the text repeats or nests.

Times are of the process, so other processes change them little; and they are compared with the time that ftfy's own
search takes on ordinary text, so that a slow machine allows more.
"""

from itertools import chain
from random import Random
from time import process_time

import polars as pl
import pytest
from ftfy.badness import BADNESS_RE

from tests.cleaning.conftest import RULES
from tinypt.cleaning.boilerplate import count_lines
from tinypt.cleaning.document import repair_batch
from tinypt.measures.statistics import measure

# All that the expressions of cleaning know, in pieces that can begin without ending.
TOKENS = [
    *["<", "</", ">", "/>", "<!--", "-->", "<!doctype ", "<?xml ", "<![CDATA[", "]]>", "<script>", "<script "],
    *["</script>", "<style>", "<div>", "</div>", "<div ", "<nav>", "</nav>", "<form>", "<svg>", "<template>", "<rt>"],
    *["<p>", "<br>", "<td>", "<a href=x ", '<a href="', "<b a='", "<o:p>", "</o:p>", "<x/>", "<time ", "</ b"],
    *["</>", "<?php ", "<?", "?>", "<? $a", " class=\"", "</b"],
    *['<img alt="x > y" ', "a=b ", " a= ", "checked ", '="', "='", '"', "'", "=", "&amp;", "&lt;", "&gt;", "&", "&#"],
    *["&amp;lt;", "&quot;", "http://", "www.", "http://a", "a.com/", "a.a.", ".com/", "(", ")", "[", "(http://a)"],
    *["Disponível em: ", "[1]: ", "Acesso em ", "\ufdd0", "Ã", "Â", "Ã§", "Ãƒ", "â€", "Â§", "\xa0", "\x80", "ï¿½"],
    *["\ufffd", "Ã ", "\x1a", "\u0301", "e\u0301", "\u0301\u0327", "\xad", "\u200b", "\x0b", "\x85", "\r"],
    *["\r\n", "\u2028", "\x1b[1", "ﬁ", "Ａ", "’", "“", "Publicado em ", "12h", "30h", "10:10", " às ", "1/1/2010 "],
    *["sexta-feira ", "Por Ana", " A.", "Tags: ", "3 comen", "comentários (", "curtir ", "curtir | ", "compartilhar"],
    *["1 ", " - ", "e-mail ", "data da ", "a??b", "n?o ", "a?", "a@", "ana@x.", "ana@x.com", "(11) ", "98765-4321 "],
    *["123.456.", "+55 ", " ", "\n", "\t", "a", "a ", "A", "ç", "😀"],
]  # fmt: skip
FRAMES = [
    "{}", "<p>{}</p>", "Curtir compartilhe {} x", "Por Ana{} 1", "1/1/2010 {} x", "{}</a></o:p></script>-->", "{}>",
    "a{}\n\xa0", "{}§",
]  # fmt: skip
SIZE = 24_000  # characters
SEARCHES = 30  # a text may take as long as this many of ftfy's searches in an ordinary text of its length
# Of some 6,000 floods, those that take longest for their size, and those that once did: lines that differ in a number,
# or a repeated token.
FLOODS = [
    "\x80\x81{}\n", "\x80\x81,ana@x.com,{}\n", "{} â€\n", "â€œaâ€\x9d â€</div>{},", "{} \u0327\u0301\n", "Ã‚Â{}\n",
    "data da a.com/1 \ufffd{}\n", "\u0301 você?a >{}\n", "Â", "<a href=x \u0301 ", "<div ", "<script ", "&#xfffd;",
]  # fmt: skip
FLOOD_SIZE = 0.3  # MB of UTF-8
# Each reading takes one tag from the middle of these, and a text is read up to five times, three if nothing is escaped.
NESTS = ("<b a='<b c=\"", "\"'>"), ("</x", "x>")
MOST = 2.5  # seconds of CPU per MB; a core at 2.1 GHz takes up to 1.6


def seconds(texts: list[str], tries: int = 1) -> float:
    """CPU time of cleaning and measuring texts; the best of some tries."""
    best = float("inf")
    for _ in range(tries):
        start = process_time()
        repaired = repair_batch(pl.Series(texts), RULES)[0].to_arrow()
        count_lines(repaired, RULES.boilerplate_words)
        measure(repaired)
        best = min(best, process_time() - start)
    return best


def search_seconds() -> float:
    """CPU time of ftfy's search in an ordinary text of SIZE characters."""
    text = ("A menina comeu a maçã na cozinha da avó, e depois foi à escola com o irmão. " * SIZE)[:SIZE]
    start = process_time()
    assert not BADNESS_RE.search(text)
    return process_time() - start


@pytest.fixture(scope="module")
def fixed() -> float:
    """CPU time of cleaning a text of a few words."""
    text = "<p class='x'>Ã§ &amp; www.a.com/b\nTags: a</p>"
    seconds([text])
    return seconds([text], 5)


def repeat(unit: tuple[str, str], size: int) -> str:
    token, frame = unit
    return frame.format(token * (size // len(token)))


@pytest.fixture(scope="module")
def costliest() -> list[tuple[str, str]]:
    """Of each token and many combinations, repeated and between other text, those that take longest; and one more.

    Of a run of Â before a § each decoding settles a single letter, so such a line is tried as often as any may be.
    """
    rng = Random(7)
    units = [(token, rng.choice(FRAMES)) for token in TOKENS]
    units += [("".join(rng.choices(TOKENS, k=rng.randint(1, 4))), rng.choice(FRAMES)) for _ in range(100)]
    groups = [units[start : start + 10] for start in range(0, len(units), 10)]
    groups.sort(key=lambda group: seconds([repeat(unit, SIZE) for unit in group]))
    return [*sorted(chain(*groups[-3:]), key=lambda unit: seconds([repeat(unit, SIZE)]))[-3:], ("Â", "{}§")]


def test_no_repetition_takes_long(costliest: list[tuple[str, str]], fixed: float) -> None:
    for unit in costliest:
        text = [repeat(unit, SIZE)]
        assert any(seconds(text) - fixed < SEARCHES * search_seconds() for _ in range(3)), unit


@pytest.mark.parametrize("part", FLOODS)
def test_no_flood_takes_seconds_for_a_megabyte(part: str) -> None:
    number = round(FLOOD_SIZE * 1e6 / len(part.format(10_000).encode()))
    text = "".join(map(part.format, range(number))) + "§>"  # an end, which some tokens are searched for
    assert any(seconds([text]) < MOST * FLOOD_SIZE for _ in range(3))


@pytest.mark.parametrize("nest", NESTS)
@pytest.mark.parametrize("before", ["", "<div ", "<a href=x ", "<ab>"])
def test_no_nest_takes_seconds_for_a_megabyte(before: str, nest: tuple[str, str]) -> None:
    start, end = nest
    number = round(FLOOD_SIZE * 1e6 / len(before or start + end))
    depth = 20 if before else number
    text = before * number + start * depth + end * depth
    assert any(seconds([text]) < MOST * FLOOD_SIZE for _ in range(3))


def test_the_time_grows_with_the_length(costliest: list[tuple[str, str]], fixed: float) -> None:
    for unit in costliest:
        first = seconds([repeat(unit, SIZE)], 2)
        for factor in (2, 4, 8):
            text = [repeat(unit, SIZE * factor)]
            assert any(seconds(text) < 3 * factor * first for _ in range(3)), (unit, factor)


@pytest.mark.parametrize(
    ("start", "end"),
    [("<form>", "</form>"), ("<nav>x", "</nav>"), ("<svg>", ""), *NESTS, ("(", ")")],
)
def test_the_time_grows_with_the_depth(start: str, end: str) -> None:
    shallow, deep = (f"um {start * depth} dois {end * depth}" for depth in (2_000, 16_000))
    bound = 3 * 8 * seconds([shallow], 2)
    assert any(seconds([deep]) < bound for _ in range(3))
