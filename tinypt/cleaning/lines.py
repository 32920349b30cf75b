"""Lines that are not text: dates and bylines, sharing links, navigation."""

import re
from collections.abc import Collection

import xxhash

_DATE = r"\d{1,2}(?:[/.-]\d{1,2}[/.-]\d{2,4}|\s+de\s+\w+\s+de\s+\d{4})"
_CLOCK = r"\d{1,2}[h:]\d{0,2}(?:min)?"
_COUNTED = (
    "(?:coment[áa]rios?|visualizações|acessos?|curtidas|compartilhamentos|visitas|votos?|respostas|lid[oa]|avaliação)"
)
# Lines that say where, when and by whom, or what to click, and nothing else. Matched against whole lines.
_METADATA = re.compile(
    rf"(?:(?:publicad|postad|atualizad|enviad|criad|escrit|modificad)[oa]s?\b.*"
    rf"|(?:última atualização|data|em)\b:?.{{0,40}}{_DATE}.*"
    rf"|{_DATE}.{{0,40}}"
    rf"|por\s.{{1,40}}\bem\s+{_DATE}.*"
    r"|(?:tags?|marcadores|categorias?|etiquetas?|arquivado em|assuntos?|palavras-chave)\s*:.*"
    r"|(?:fonte|autor|por|foto|crédito)\s*:.*"
    rf"|por\s+[A-ZÀ-Ú][\w.]*(?:\s+\S+){{0,6}}"
    rf"|(?:compartilh|curt|tweet|visualiza|enviar por e-?mail|tamanho d[ae] (?:letra|fonte))\w*\b.*"
    rf"|\d[\d.]*\s+{_COUNTED}\b.*"
    rf"|{_COUNTED}\b\W{{0,3}}\d[\d.]*\W?(?:\s+(?:votos?|vezes))?"
    rf"|{_CLOCK})",
    re.IGNORECASE,
)
_LOSSY = re.compile(r"(?<![?&=/])\b\w*[a-zà-ú]\?{1,2}[a-zà-ú]\w*")  # informa??o, n?o: letters lost for good
_MAX_WORDS = 14  # a longer line says more than metadata does
_SENTENCE_END = (".", "!", "?", "…", ":", ";")


def is_metadata(line: str) -> bool:
    """Whether a line holds only a date, a byline, counters, tags or a sharing link."""
    return not line.endswith(_SENTENCE_END) and len(line.split()) <= _MAX_WORDS and bool(_METADATA.fullmatch(line))


def is_lossy(line: str) -> bool:
    """Whether a line has letters replaced by question marks inside words, which nothing can repair."""
    return bool(_LOSSY.search(line))


def line_key(line: str) -> int:
    """64-bit number of a line for counting in how many documents it stands; case does not count."""
    return xxhash.xxh3_64_intdigest(line.lower().encode())


def without(lines: list[str], keys: Collection[int]) -> list[str]:
    """The lines whose key is not among `keys`."""
    return [line for line in lines if line_key(line) not in keys]
