"""Recognising lines that are not text by their words: dates and bylines, sharing links, lost letters.

Lines have their white space in normal form: single spaces, none at the ends.

The expressions read a line in one way only, so that none of them is slow on any line. Where a number after an hour
could be its minutes or the next hour, the text after it decides.
"""

import re

from tinypt.cleaning.screen import any_case

_MONTH = "(?:janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)"
_DATE = (
    r"[0-9]{1,2}(?:/[0-9]{1,2}/[0-9]{2,4}|-[0-9]{1,2}-[0-9]{4}|\.[0-9]{1,2}\.[0-9]{4}"
    rf"|º? de {_MONTH}(?: de)? [0-9]{{4}})(?![0-9])"
)
_CLOCK = r"[0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2})?|h(?:[0-9]{2}(?!:[0-9]|h(?!s)))?)(?: ?min| ?hs?)?"
_DAY = "(?:segunda|terça|quarta|quinta|sexta|sábado|domingo)"
_WEEKDAY = rf"{_DAY}(?:-feira)?"
_STAMP = rf"(?:{_WEEKDAY}[ ,–-]+)?{_DATE}(?:[ ,|–-]*(?:\b(?:às|as|a) |{_CLOCK}|\b{_WEEKDAY}))*\W*"
# A name needs capitals: "Por Ana Prado" is a byline, "Por falar nisso" is not.
_NAME = r"(?-i:[A-ZÀ-Ú][a-zà-ú'.-]+(?: (?:d[aeo]s?|e|[A-ZÀ-Ú][a-zà-ú'.-]+))*)"
_COUNTED = (
    r"(?:coment[áa]rios?|visualizações|acessos?|curtidas?|compartilhamentos?|visitas?|votos?|respostas?|leituras?)"
)
_SHARE = (
    r"(?:compartilh(?:e|ar)|curt(?:ir|a)|tweet(?:ar)?|twittar|recomend(?:e|ar)|enviar|imprimir|comentar|salvar|seguir"
    r"|facebook|twitter|google\+?|whatsapp|linkedin|orkut|pinterest|e-?mail|instagram)"
)
_DONE = "(?:publicad|postad|atualizad|enviad|criad|escrit|modificad)[oa]s?"
_UPDATE = r"(?:última atualização|última modificação|atualização|data(?: d[aeo] \w+)?)"
_LABEL = (
    r"(?:tags?|marcadores|categorias?|etiquetas?|arquivado em|registrado em|assuntos?|palavras-chave|fonte"
    r"|autor(?:a|es)?|fotos?|créditos?|avaliação)"
)
_SEEN = "(?:visualizad|acessad|lid|vist)[oa]"
_SIZE = "tamanho d[ao] (?:letra|fonte|texto)"
# Lines that hold only a place, a date, an author or a link to click. Matched against whole lines.
_METADATA = re.compile(
    rf"(?:{_DONE}\b:? (?:(?:em|por) .*|.{{0,20}}{_STAMP})"
    rf"|{_UPDATE} ?:? ?(?:em )?{_STAMP}"
    rf"|(?:em )?{_STAMP}|{_CLOCK}"
    rf"|por:? (?:{_NAME}|admin|redação)(?: ?[|,(–—-].*| em {_STAMP})?"
    rf"|{_LABEL} ?:.*"
    rf"|[0-9][0-9.]* {_COUNTED}\b(?: ?[|,•–-].*)?|{_COUNTED}\W{{0,3}}[0-9][0-9.]*\W?"
    rf"|{_SEEN} [0-9][0-9.]* vez(?:es)?"
    rf"|(?=.*(?:compartilh|curt|tweet|twitt|recomend|enviar por)){_SHARE}\b"
    rf"(?:[ 0-9|,•()/+–-]++(?:{_SHARE}\b|(?:n[oa]|em|com|por|pelo|via|um|seus?|amigos?|isto|post|página)\b)?)*"
    rf"|{_SIZE}\b.*)",
    re.IGNORECASE,
)
# Screen of is_metadata in Rust's syntax: the beginnings of such lines.
METADATA = (
    rf"(?mi)^(?:(?:em )?(?:{any_case(_DAY)}|[0-9]{{1,2}}(?:[/.:-][0-9]|h|º? de ))|por:? |{any_case(_DONE)}:? "
    rf"|{any_case(_UPDATE)}|{any_case(_LABEL)} ?:|{any_case(_COUNTED)}|[0-9][0-9.]* {any_case(_COUNTED)}"
    rf"|{any_case(_SEEN)} [0-9]|{any_case(_SHARE)}|{any_case(_SIZE)})"
)
LOSSY = r"[A-Za-z\x{80}-\x{10ffff}]\?{1,3}[a-zà-ú]"  # screen of is_lossy in Rust's syntax
_LOSSY = re.compile(r"[^\W\d_](\?{1,3})(?=[a-zà-ú])")
_ADDRESS = re.compile(r"[/=&]")  # in an address, a question mark begins a query
_WORDS_A_MARK = 40  # lost letters occur every few words; a long line with few marks has them for another reason
_MAX_WORDS = 14  # longer lines hold more than metadata
_SENTENCE_END = (".", "!", "?", "…", ":", ";")


def is_metadata(line: str) -> bool:
    """Whether a line holds only a date, a byline, counters, tags or a sharing link."""
    return not line.endswith(_SENTENCE_END) and len(line.split()) <= _MAX_WORDS and bool(_METADATA.fullmatch(line))


def is_lossy(line: str) -> bool:
    """Whether question marks have replaced letters inside the words of a line, which no repair can undo.

    A single mark between letters may be a missing space. Two in a row (`informa??o`) or two words with one are lost
    letters, except in addresses and in long lines with few marks.
    """
    if "?" not in line:
        return False
    words = line.split()
    marks = [mark for word in words if not _ADDRESS.search(word) for mark in _LOSSY.findall(word)]
    return (len(marks) > 1 or any(len(mark) > 1 for mark in marks)) and len(words) <= _WORDS_A_MARK * len(marks)
