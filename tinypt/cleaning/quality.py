"""What a text is measured by, and the first rule it fails."""

import re
from dataclasses import dataclass

from tinypt.params.clean import Clean

_WORD = re.compile(r"[^\W\d_]+")
# The sixteen most frequent function words of Portuguese (FineWeb-2's list), and those that follow them; words
# that Spanish or English share are left out where they are frequent there.
STOP_WORDS = frozenset(
    "e o do da em um uma não os na no com para é foi à ao aos às dos das nos nas pelo pela num numa são ser está "
    "mais mas também muito já quando seu sua seus suas ele ela eles elas isso esse essa este esta foram tem "
    "ainda até entre depois sem mesmo você quem há".split()
)


@dataclass(frozen=True)
class Measures:
    """Numbers the rules decide by.

    words: white-space separated; stop_words: share of Portuguese function words among the words of letters;
    letters: share of words that hold a letter; duplicate_lines: share of lines that stand in the text before;
    repeated_words: share of the words inside five-word sequences that the text repeats.
    """

    words: int
    stop_words: float
    letters: float
    duplicate_lines: float
    repeated_words: float


def measure(text: str) -> Measures:
    """Measure a text; an empty one is all zeros."""
    tokens = text.lower().split()
    words = _WORD.findall(text.lower())
    lines = [line for line in text.split("\n") if line]
    return Measures(
        words=len(tokens),
        stop_words=sum(word in STOP_WORDS for word in words) / max(len(words), 1),
        letters=sum(any(char.isalpha() for char in token) for token in tokens) / max(len(tokens), 1),
        duplicate_lines=1 - len(set(lines)) / max(len(lines), 1),
        repeated_words=_repeated(tokens),
    )


def first_failed(measures: Measures, rules: Clean) -> str | None:
    """Name of the first rule that a text fails, in the funnel's order, or None."""
    if measures.words < rules.min_words:
        return "too_short"
    if measures.words > rules.max_words:
        return "too_long"
    if measures.duplicate_lines > rules.max_duplicate_lines or measures.repeated_words > rules.max_repeated_words:
        return "repetition"
    if measures.stop_words < rules.min_stop_words:
        return "language"
    if measures.letters < rules.min_letters:
        return "letters"
    return None


def _repeated(tokens: list[str]) -> float:
    """Share of words covered by five-word sequences that occurred before in the text (after Rae et al. 2021, A.1)."""
    if len(tokens) < 5:
        return 0.0
    seen: set[tuple[str, ...]] = set()
    covered, end = 0, 0
    for start, gram in enumerate(zip(tokens, tokens[1:], tokens[2:], tokens[3:], tokens[4:], strict=False)):
        if gram in seen:
            covered += start + 5 - max(start, end)
            end = start + 5
        seen.add(gram)
    return covered / len(tokens)
