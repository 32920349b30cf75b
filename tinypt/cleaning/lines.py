"""Lines that are not text: dates and bylines, sharing links, navigation."""

import re
from collections.abc import Collection

import xxhash

_MONTH = "(?:janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)"
_DATE = (
    r"\d{1,2}(?:/\d{1,2}/\d{2,4}|-\d{1,2}-\d{4}|\.\d{1,2}\.\d{4}"
    rf"|º?\s+de\s+{_MONTH}(?:\s+de)?\s+\d{{4}})(?!\d)"
)
_CLOCK = r"\d{1,2}(?::\d\d(?::\d\d)?|h(?:\d\d)?)(?:\s?min|\s?hs?)?"
_WEEKDAY = r"(?:segunda|terça|quarta|quinta|sexta|sábado|domingo)(?:-feira)?"
_STAMP = rf"(?:{_WEEKDAY}[\s,–-]+)?{_DATE}(?:[\s,|–-]*(?:\b(?:às|as|a)\s|{_CLOCK}|\b{_WEEKDAY}))*\W*"
# A name needs capitals: "Por Ana Prado" is a byline, "Por falar nisso" is not.
_NAME = r"(?-i:[A-ZÀ-Ú][a-zà-ú'.-]+(?:\s+(?:d[aeo]s?|e|[A-ZÀ-Ú](?:[a-zà-ú'.-]+|\.)))*)"
_COUNTED = (
    r"(?:coment[áa]rios?|visualizações|acessos?|curtidas?|compartilhamentos?|visitas?|votos?|respostas?|leituras?)"
)
_SHARE = (
    r"(?:compartilh(?:e|ar)|curt(?:ir|a)|tweet(?:ar)?|twittar|recomend(?:e|ar)|enviar|imprimir|comentar|salvar|seguir"
    r"|facebook|twitter|google\+?|whatsapp|linkedin|orkut|pinterest|e-?mail|instagram)"
)
# Lines that say where, when and by whom, or what to click, and nothing else. Matched against whole lines.
_METADATA = re.compile(
    rf"(?:(?:publicad|postad|atualizad|enviad|criad|escrit|modificad)[oa]s?\b:?\s+(?:(?:em|por)\s.*|.{{0,20}}{_STAMP})"
    rf"|(?:última atualização|atualização|data(?: d[aeo] \w+)?)\s*:?\s*(?:em\s+)?{_STAMP}"
    rf"|(?:em\s+)?{_STAMP}|{_CLOCK}"
    rf"|por:?\s+(?:{_NAME}|admin|redação)(?:\s*[|,(–—-].*|\s+em\s+{_STAMP})?"
    r"|(?:tags?|marcadores|categorias?|etiquetas?|arquivado em|assuntos?|palavras-chave|fonte|autor(?:a|es)?|fotos?"
    r"|créditos?|avaliação)\s*:.*"
    rf"|\d[\d.]*\s+{_COUNTED}\b(?:\s*[|,•–-]\s*.*)?|{_COUNTED}\W{{0,3}}\d[\d.]*\W?"
    r"|(?:visualizad|acessad|lid|vist)[oa]\s+\d[\d.]*\s+vez(?:es)?"
    rf"|(?=.*(?:compartilh|curt|tweet|twitt|recomend|enviar por)){_SHARE}\b"
    rf"(?:[\s\d|,•()/+–-]+(?:{_SHARE}\b|(?:n[oa]|em|com|por|pelo|via|um|seus?|amigos?|isto|post|página)\b)?)*"
    r"|tamanho d[ao] (?:letra|fonte|texto)\b.*)",
    re.IGNORECASE,
)
_LOSSY = re.compile(r"[^\W\d_](\?{1,3})(?=[a-zà-ú])")
_MAX_WORDS = 14  # a longer line says more than metadata does
_SENTENCE_END = (".", "!", "?", "…", ":", ";")


def is_metadata(line: str) -> bool:
    """Whether a line holds only a date, a byline, counters, tags or a sharing link."""
    return not line.endswith(_SENTENCE_END) and len(line.split()) <= _MAX_WORDS and bool(_METADATA.fullmatch(line))


def is_lossy(line: str) -> bool:
    """Whether a line has letters replaced by question marks inside words, which nothing can repair.

    One question mark between letters may be a missing space; two in a row (`informa??o`) or two words with one are not.
    """
    marks = _LOSSY.findall(line) if "?" in line else []
    return len(marks) > 1 or any(len(mark) > 1 for mark in marks)


def line_key(line: str) -> int:
    """64-bit number of a line for counting in how many documents it stands; case does not count."""
    return xxhash.xxh3_64_intdigest(line.lower().encode())


def without(lines: list[str], keys: Collection[int]) -> list[str]:
    """The lines whose key is not among `keys`."""
    return [line for line in lines if line_key(line) not in keys]
