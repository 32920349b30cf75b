"""Recognising lines that are not text by their words: dates and bylines, sharing links, lost letters.

Lines have their white space in normal form: single spaces, none at the ends.

The expressions read a line in one way only, so that none of them is slow on any line. Where a number after an hour
could be its minutes or the next hour, the text after it decides.
"""

import re

from tinypt.cleaning.bylines import CLOCK, COUNTED, DAY, DONE, STAMP, is_byline
from tinypt.cleaning.screen import any_case

_SHARE = (
    r"(?:compartilh(?:e|ar)|curt(?:ir|a)|tweet(?:ar)?|twittar|recomend(?:e|ar)|enviar|imprimir|comentar|salvar|seguir"
    r"|facebook|twitter|google\+?|whatsapp|linkedin|orkut|pinterest|e-?mail|instagram)"
)
_UPDATE = r"(?:última atualização|última modificação|atualização|data(?: d[aeo] \w+)?)"
_LABEL = (
    r"(?:tags?|marcadores|categorias?|etiquetas?|arquivado em|registrado em|assuntos?|palavras-chave|fonte"
    r"|autor(?:a|es)?|fotos?|créditos?|avaliação)"
)
_SEEN = "(?:visualizad|acessad|lid|vist)[oa]"
_SIZE = "tamanho d[ao] (?:letra|fonte|texto)"
# Lines that hold only a place, a date, an author or a link to click. Matched against whole lines.
_METADATA = re.compile(
    rf"(?:{DONE}\b:? .{{0,40}}(?:{STAMP}|\b(?:às|as) {CLOCK})"
    rf"|{_UPDATE} ?:? ?(?:em )?{STAMP}"
    rf"|(?:em )?{STAMP}|{CLOCK}"
    rf"|{_LABEL} ?:.*"
    rf"|[0-9][0-9.]* {COUNTED}\b(?: ?[|•–-].*|, ?[0-9].*)?|{COUNTED}\W{{0,3}}[0-9][0-9.]*\W?"
    rf"|{_SEEN} [0-9][0-9.]* vez(?:es)?"
    rf"|(?=.*(?:compartilh|curt|tweet|twitt|recomend|enviar por)){_SHARE}\b"
    rf"(?:[ 0-9|,•()/+–-]++(?:{_SHARE}\b|(?:n[oa]|em|com|por|pelo|via|um|seus?|amigos?|isto|post|página)\b)?)*"
    rf"|{_SIZE}\b.*)",
    re.IGNORECASE,
)
# Screen of is_metadata in Rust's syntax: the beginnings of such lines.
METADATA = (
    rf"(?mi)^(?:(?:em )?(?:{any_case(DAY)}|[0-9]{{1,2}}(?:[/.:-][0-9]|h|º? de ))|por:? |{any_case(DONE)}:? "
    rf"|{any_case(_UPDATE)}|{any_case(_LABEL)} ?:|{any_case(COUNTED)}|[0-9][0-9.]* {any_case(COUNTED)}"
    rf"|{any_case(_SEEN)} [0-9]|{any_case(_SHARE)}|{any_case(_SIZE)})"
)
# Screens of is_lossy in Rust's syntax; as one expression they would take ten times as long.
LOSSY = (r"[A-Za-z\x{80}-\x{10ffff}]\?{1,3}[a-zà-ú]", "\ufffd")
_LOSSY = re.compile(r"(?<![^\W\d_])([^\W\d_]++)(\?{1,3})(?=([a-zà-ú][^\W\d_]*))")
_LOST = re.compile(r"(?<![^\W\d_])([^\W\d_]*+)\ufffd++(?=([^\W\d_]*)(\??))")
_ACCENTED = re.compile("[À-ÖØ-öø-ÿ]")
# Words of questions and answers. A question mark between letters may be one whose space is missing if one of these
# is next to it and the other side could be a word: of two letters, with a vowel next to the edge.
_FREQUENT = frozenset(
    """
    agora ai aí ainda ali alguem alguém alo alô amanha amanhã amor aqui assim ate até beijo bem blz boa bom cade cadê
    cara casa certo claro com como da de depois do dos ela elas ele eles em entao então era es esse essa esta está
    estou eu faz fez fica foi fui galera gente gosta gostou hein hj hoje isso isto ja já la lá legal mais mal mas me
    meu minha msm muito mto na nada nao não ne né no nos nós nunca obrigada obrigado oi ok ola olá onde ontem ou para
    pessoal pode podemos por porque posso pq pra qdo qual quando quanto quantos que quem quer quero rs sabe se sei sem
    sempre ser seu sim so só sou sua ta tá talvez tb tbm te td tem tenho ter to tô todo todos tu tudo um uma vai valeu
    vamos vc vcs vcê ve vê vejo vem ver vi viu vlw voce você vocês voces vou
    """.split()
)
_VOWELS = "aeiouáéíóúâêôãõàü"
_LAST = re.compile(rf"[{_VOWELS}][lmrszxn]?$")
_FIRST = re.compile(rf"(?:[bcdfgpt][lr]?|[jlmnqrsvxz]|[cln]?h|ps)?[{_VOWELS}]")
_ADDRESS = re.compile(r"[/=&]")  # in an address, a question mark begins a query
_WORDS_A_MARK = 40  # lost letters occur every few words; a long line with few marks has them for another reason
_MAX_WORDS = 14  # longer lines hold more than metadata
_SENTENCE_END = (".", "!", "?", "…", ":", ";")
_FULL_STOP, _CLOSING = (".", "!", "?", "…"), "\"')]»*_ "
# Metadata that a sentence can hold as well, and a date or time at its end, which a sentence seldom has.
_PHRASE = re.compile(rf"(?:{DONE}|por|em)\b", re.IGNORECASE)
_STAMPED = re.compile(r"^(?!em ).*(?:[0-9]/[0-9]{2,4}|[0-9]h[0-9]{0,2}|[0-9]:[0-9]{2})\W*$", re.IGNORECASE)
# A name of what follows it, on the same line or on a line of its own.
_KEY = re.compile(rf"[\w-]+ ?:|(?:{DONE}|{_UPDATE})$", re.IGNORECASE)


def is_metadata(line: str) -> bool:
    """Whether a line holds only a date, a byline, counters, tags or a sharing link."""
    if line.endswith(_SENTENCE_END) or len(line.split()) > _MAX_WORDS:
        return False
    return bool(_METADATA.fullmatch(line)) or is_byline(line)


def is_continued(before: str, line: str, after: str) -> bool:
    """Whether a line in the form of metadata is text: a part of a sentence that is broken into lines.

    Args:
        before: the line before it; empty if there is none, or if it is no text.
        line: one that is_metadata.
        after: the line after it, likewise.
    """
    begun, continued = _is_open(before), after[:1].islower() and not _KEY.match(after)
    if not _PHRASE.match(line):
        return begun and continued and not line[0].isupper()
    return continued or (begun and line[0].islower() and not _STAMPED.search(line))


def _is_open(line: str) -> bool:
    """Whether a line may hold a sentence that goes on. One that is empty, in capitals or only a key does not."""
    return not (line.rstrip(_CLOSING).endswith(_FULL_STOP) or line.upper() == line or _KEY.match(line))


def is_lossy(line: str) -> bool:
    """Whether letters in the words of a line are lost, to question marks or U+FFFD, which no repair can undo.

    One question mark between letters may be a missing space. Two in a row (`informa??o`) are lost letters, and so are
    two in a line if one of them stands where no word could end or begin (`n?o`, `poss?vel`); not in addresses, and
    not in long lines with few marks.
    """
    if "?" not in line and "\ufffd" not in line:
        return False
    words = line.split()
    asked = [word for word in words if "?" in word and not _ADDRESS.search(word)]
    marks = [mark.groups() for word in asked for mark in _LOSSY.finditer(word)]
    lost = _lost_letters(line) if "\ufffd" in line else 0
    is_lost = lost > 0 or any(len(run) > 1 for _, run, _ in marks)
    if not is_lost and len(marks) > 1:
        is_lost = not all(_missing_space(before, after) for before, _, after in marks)
    return is_lost and len(words) <= _WORDS_A_MARK * (len(marks) + lost)


def _lost_letters(line: str) -> int:
    """How often U+FFFD in a line is a lost letter: in a word or at its edge (`�gua`, `informaç�`).

    Alone it may be a dash or an emoji, after a digit a sign. At an edge it may be a quotation mark: if it has a partner
    in a line that has kept its accents, or a question mark after it (`cabeça�?`), and a word could begin or end there.
    After an accent hardly another one is lost.
    """
    has_accents, in_capitals = bool(_ACCENTED.search(line)), line.isupper()
    lost, opened = 0, False  # whether the last mark may have opened a quotation; it is counted until that is closed
    for mark in _LOST.finditer(line):
        before, after, asks = mark.groups()
        previous = line[mark.start() - 1 : mark.start()]
        if not before and (not after or previous.isdigit()):
            closes = opened and previous in (",", *_FULL_STOP)
        else:
            initials = before.isupper() and not in_capitals  # these end in any letter
            ends = not after and (initials or bool(_LAST.search(before.lower())))
            closes = ends and opened
            lost += not (ends and (opened or asks or _ACCENTED.match(before[-1])))
        lost -= closes
        opened = not closes and (has_accents and not before and bool(_FIRST.match(after.lower())))
    return lost


def _missing_space(before: str, after: str) -> bool:
    """Whether the letters before and after a question mark are two words, as far as can be told."""
    before, after = before.lower(), after.lower()
    ends = len(before) > 1 and bool(_LAST.search(before))
    begins = len(after) > 1 and bool(_FIRST.match(after))
    return (before in _FREQUENT and (begins or after in "aeoéà")) or (after in _FREQUENT and ends)
