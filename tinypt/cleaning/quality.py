"""What a text is measured by, and the first rule it fails."""

import re
from dataclasses import dataclass

from tinypt.params.clean import Clean

_WORD = re.compile(r"[^\W\d_]+")
PORTUGUESE = frozenset(
    "a o e de da do das dos em no na nos nas um uma num numa que não é para com por pelo pela se os as ao aos à às "
    "mais mas já também muito quando como ou são ser foi foram está tem há seu sua seus suas ele ela eles elas isso "
    "esse essa este esta eu você nós me minha meu até entre depois sem mesmo ainda quem".split()
)
# Frequent in Spanish, English, French or Italian, and no words of Portuguese.
FOREIGN = frozenset(
    "el la los las y en del con una es lo un al más pero muy sus sin hay fue donde cuando también su "
    "the of and to in is that for it with was on are this be you by from have not at or which "
    "le les des du et est dans une sur pour avec il di che gli della sono nel alla".split()
)


@dataclass(frozen=True)
class Measures:
    """Numbers the rules decide by.

    words: white-space separated; stop_words: share of Portuguese function words among the words of letters, less
    the share of foreign ones, -1 to 1; letters: share of words that hold a letter; duplicate_lines: share of the
    words in lines that stand in the text before; repeated_words: share of the words inside five-word sequences
    that the text repeats.
    """

    words: int
    stop_words: float
    letters: float
    duplicate_lines: float
    repeated_words: float


def measure(text: str) -> Measures:
    """Measure a text; an empty one is all zeros."""
    lower = text.lower()
    tokens = lower.split()
    words = _WORD.findall(lower)
    return Measures(
        words=len(tokens),
        stop_words=(sum(word in PORTUGUESE for word in words) - sum(word in FOREIGN for word in words))
        / max(len(words), 1),
        letters=sum(_has_letter(token) for token in tokens) / max(len(tokens), 1),
        duplicate_lines=_duplicated(lower.split("\n")) / max(len(tokens), 1),
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


def _has_letter(token: str) -> bool:
    return token[0].isalpha() or any(character.isalpha() for character in token)


def _duplicated(lines: list[str]) -> int:
    """Words in lines that stand before."""
    seen: set[str] = set()
    words = 0
    for line in lines:
        if line in seen:
            words += len(line.split())
        seen.add(line)
    return words


def _repeated(tokens: list[str]) -> float:
    """Share of words covered by five-word sequences that occurred before in the text (after Rae et al. 2021, A.1)."""
    grams = list(zip(tokens, tokens[1:], tokens[2:], tokens[3:], tokens[4:], strict=False))
    if len(set(grams)) == len(grams):
        return 0.0
    seen: set[tuple[str, ...]] = set()
    covered, end = 0, 0
    for start, gram in enumerate(grams):
        if gram in seen:
            covered += start + 5 - max(start, end)
            end = start + 5
        seen.add(gram)
    return covered / len(tokens)
