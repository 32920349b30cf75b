"""Documents of brWaC's shape, made of Portuguese paragraphs, with the web's defects put in at known rates.

brWaC cannot be handed out. Its documents have a mean of some 4,900 bytes and 760 words, with a long tail; these are as
long, and each defect costs a cleaner what it would cost there.
"""

import math
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from xxhash import xxh3_64_intdigest

from tinypt.corpus.files import READERS, expand, read_file
from tinypt.corpus.records import Record
from tinypt.params.corpus import NoiseRates
from tinypt.sample import noise
from tinypt.sample.generator import sample_records

# Share of documents that each is put into; a duplicate has what its source has.
RATES = {
    "exact_duplicate": 0.031,
    "near_duplicate": 0.042,
    "mojibake": 0.028,
    "url": 0.14,
    "markup": 0.018,
    "entities": 0.027,
    "control": 0.009,
}
MEDIAN, SPREAD, SHORTEST, LONGEST = 3000, 0.95, 60, 60_000  # characters; of a log-normal length with a mean of 5,000
PARAGRAPHS = 50_000  # kept of a source; more would make the text no more various
VARIED = 0.12  # words replaced wherever a paragraph is used, so that using it twice makes no near-duplicate
SOURCES = 2000  # latest documents that a duplicate may be one of
_SAMPLE_DOCUMENTS = 4000  # generated where no text is given; some 12,000 paragraphs
_SPACE, _WORD = re.compile(r"\s+"), re.compile(r"\w+")
_DEFECT = re.compile(r"<|&#?\w+;|://|www\.")


def file_paragraphs(path: Path, seed: int) -> list[str]:
    """Usable paragraphs, each once, of a file or of all readable files of a folder.

    They have 25 to 2,500 characters and neither tag nor entity nor URL, so that a defect is as common as RATES say.

    Raises:
        PipelineError: the path does not exist or a file cannot be read.
    """
    folder = sorted(file for file in path.glob("*") if file.name.endswith(tuple(READERS)))
    files = folder if path.is_dir() else expand((path,))
    texts = (record.text for file in files for record in read_file(file, "text", Counter()))
    return _drawn(texts, Random(f"{seed}/paragraphs"))


def sample_paragraphs(seed: int) -> list[str]:
    """Paragraphs of the embedded sample's grammar."""
    none = NoiseRates(**dict.fromkeys(NoiseRates.__annotations__, 0.0))
    texts = (record.text for record in sample_records(_SAMPLE_DOCUMENTS, none, seed))
    return _drawn(texts, Random(f"{seed}/paragraphs"))


def documents(paragraphs: list[str], count: int, seed: int, injected: Counter[str]) -> Iterator[Record]:
    """`count` documents; `injected` takes the number of each of RATES."""
    rng = Random(f"{seed}/documents")
    shown = rng.sample(paragraphs, min(len(paragraphs), 5000))
    words = [word for paragraph in shown for word in _WORD.findall(paragraph)]  # as often as they are said
    earlier: deque[list[str]] = deque(maxlen=SOURCES)
    others = 1 - RATES["exact_duplicate"] - RATES["near_duplicate"]
    for index in range(count):
        kind = rng.random()
        if earlier and kind < RATES["exact_duplicate"]:
            injected["exact_duplicate"] += 1
            text = rng.choice(earlier)
        elif earlier and kind < RATES["exact_duplicate"] + RATES["near_duplicate"]:
            injected["near_duplicate"] += 1
            text = list(rng.choice(earlier))
            for position in rng.choices(range(len(text)), k=max(1, len(text) // 25)):
                text[position] = _varied(text[position], words, rng)
        else:
            text = _new_text(paragraphs, words, rng)
            for defect, put in _DEFECTS.items():
                if rng.random() < RATES[defect] / others:
                    injected[defect] += 1
                    put(text, rng)
        earlier.append(text)
        name = f"bench-{index:07x}"
        uri = f"http://www.site{rng.randrange(5000)}.com.br/p/{name}"
        yield Record(name, " ".join(rng.choices(words, k=7)), uri, "\n".join(text))


def _drawn(texts: Iterable[str], rng: Random) -> list[str]:
    """At most PARAGRAPHS distinct usable paragraphs, drawn evenly from all texts."""
    kept: list[str] = []
    seen: set[int] = set()
    for text in texts:
        for line in text.split("\n"):
            paragraph = _SPACE.sub(" ", line).strip()
            key = xxh3_64_intdigest(paragraph.encode())
            if not 25 <= len(paragraph) <= 2500 or _DEFECT.search(paragraph) or key in seen:
                continue
            seen.add(key)
            if len(kept) < PARAGRAPHS:
                kept.append(paragraph)
            elif (place := rng.randrange(len(seen))) < PARAGRAPHS:
                kept[place] = paragraph
    return kept


def _new_text(paragraphs: list[str], words: list[str], rng: Random) -> list[str]:
    wanted = min(LONGEST, max(SHORTEST, rng.lognormvariate(math.log(MEDIAN), SPREAD)))
    text: list[str] = []
    length = 0
    while length < wanted:
        paragraph = _varied(rng.choice(paragraphs), words, rng)
        if text and length + len(paragraph) > 1.4 * wanted:
            break
        text.append(paragraph)
        length += len(paragraph)
    return text


def _varied(paragraph: str, words: list[str], rng: Random) -> str:
    changed = [
        rng.choice(words) if len(word) > 3 and word.isalpha() and rng.random() < VARIED else word
        for word in paragraph.split(" ")
    ]
    return " ".join(changed)


def _mojibake(text: list[str], rng: Random) -> None:
    for position in range(len(text)):
        if rng.random() < 0.5:
            text[position] = noise.mojibake(text[position], rng)


def _url(text: list[str], rng: Random) -> None:
    site, page = rng.randrange(10_000), rng.randrange(10**6)
    link = f"https://www.exemplo{site}.com.br/noticia/{page}?id={page % 97}&ref=home"
    text.insert(rng.randrange(len(text) + 1), f"Veja mais em {link} ou www.site{site}.org.")


def _markup(text: list[str], rng: Random) -> None:
    position = rng.randrange(len(text))
    link = '<a href="http://exemplo.com.br/?a=1&amp;b=2">leia&nbsp;mais</a>'
    text[position] = f'<div class="post"><p>{text[position]}</p><br/>{link}</div>'


def _entities(text: list[str], rng: Random) -> None:
    position = rng.randrange(len(text))
    text[position] = noise.entities(text[position] + " & outros mais adiante", rng)  # it needs five words


def _control(text: list[str], rng: Random) -> None:
    text[0] += "\x00\x1b[0m\u200b\ufeff"


_DEFECTS = {"mojibake": _mojibake, "url": _url, "markup": _markup, "entities": _entities, "control": _control}
