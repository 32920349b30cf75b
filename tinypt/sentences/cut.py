"""Cutting text into sentences.

Rules for Portuguese web text: a line break ends a sentence. So do closing marks, unless a lower-case letter follows, or
a full stop belongs to an abbreviation, an initial or a list's number. The rules need no model. Their errors are rare
enough for training data.
"""

import re
import unicodedata

# Words before a full stop that does not end a sentence. The second list holds those that are also words, or often stand
# at the end of one; they count only before a digit.
ABBREVIATIONS = frozenset(
    "sr sra srs sras srta dr dra drs dras prof profa eng arq adv dep sen gov pres gen cel cap ten sgt sta sto exmo "
    "exma av r rod pça art arts fig figs tab pág págs pag fl fls séc ltda cia s.a jr obs cf ref coord trad op cit ibid "
    "apud vs a.c d.c i.e e.g q.v p.ex ex núm nº tel".split()
)
ABBREVIATIONS_BEFORE_DIGITS = frozenset(
    "jan fev mar abr mai jun jul ago set out nov dez p pp n no num vol ed inc par min km fone".split()
)
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+\s++")  # possessive: linear even in long runs of marks
_OPENING = "\"'“‘«([—–- "
_LONGEST_WORD = 30  # characters read before a full stop


def cut_sentences(text: str) -> list[str]:
    """The sentences of `text` in their order, stripped. Lines are never joined. The time is linear in the text."""
    return [sentence for line in text.splitlines() for sentence in _cut_line(line)]


def sentence_key(sentence: str) -> str:
    """The letters and digits of a sentence, without case and accents: equal for texts that differ in form only."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sentence).casefold())
    return "".join(filter(str.isalnum, folded))


def _cut_line(line: str) -> list[str]:
    found, start = [], 0
    for end in _END.finditer(line):
        if _ends_sentence(line, start, end):
            found.append(line[start : end.end()].strip())
            start = end.end()
    return [sentence for sentence in (*found, line[start:].strip()) if sentence]


def _ends_sentence(line: str, start: int, end: re.Match[str]) -> bool:
    """Whether the marks that `end` matched close the sentence that begins at `start`."""
    following = line[end.end() : end.end() + 10].lstrip(_OPENING)[:1]
    if following.islower():
        return False
    if end.group().rstrip() != ".":
        return True
    before = max(start, end.start() - _LONGEST_WORD)
    words = line[before : end.start()].split()
    word = words[-1].lstrip(_OPENING) if words else ""
    is_initial = len(word) == 1 and word.isupper()
    is_number_of_list = word.isdecimal() and len(words) == 1 and before == start
    is_abbreviation = word.lower() in ABBREVIATIONS or (
        following.isdecimal() and word.lower() in ABBREVIATIONS_BEFORE_DIGITS
    )
    return not (is_initial or is_number_of_list or is_abbreviation)
