"""Cutting text into sentences.

Rules for Portuguese web text: a line break ends a sentence, and so do closing marks, unless a lower-case letter
follows, or a full stop belongs to an abbreviation, an initial or a list's number. The rules need no model. Their errors
are rare enough for training data.
"""

import re
import unicodedata

ABBREVIATIONS = frozenset(
    "sr sra srs sras srta dr dra drs dras prof profa eng arq adv min dep sen gov pres gen cel cap ten sgt cb pe fr d "
    "dom sta sto exmo exma av r al pça rod km art arts inc par ltda cia s.a jr obs p pp pág págs pag fl fls vol ed séc "
    "sec fig figs tab n no núm num nº tel fone cf ref org coord trad op cit ibid apud vs a.c d.c i.e e.g q.v ex jan "
    "fev mar abr mai jun jul ago set out nov dez".split()
)
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+")
_OPENING = "\"'“‘«([—–- "


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
    """Whether the mark `end` closes the sentence that begins at `start`."""
    following = line[end.end() : end.end() + 10].lstrip(_OPENING)[:1]
    if following.islower():
        return False
    mark = end.group().rstrip()
    if mark != ".":
        return True
    words = line[max(start, end.start() - 30) : end.start()].split()
    if not words:
        return True
    word = words[-1].lstrip(_OPENING)
    is_initial = len(word) == 1 and word.isupper()
    is_number_of_list = word.isdecimal() and line[start : end.start()].strip() == word
    return not (is_initial or is_number_of_list or word.lower() in ABBREVIATIONS)
