"""Web noise, injected into clean text, so that the correct result of cleaning is known exactly.

Clean text is in normal form: NFC; one newline between paragraphs, one space between words, no space at either end of
a paragraph; straight quotes only; every paragraph ends in `.`, `!` or `?`. Below, "repaired" includes a return to this
form: no-break spaces become spaces, runs of spaces become one, lines are stripped, empty lines are removed. A document
has at most one kind of noise.

Kinds to repair (REPAIRED). `original` is the exact output of a perfect cleaner:

- markup. Inline tags (b, strong, i, em, u, span, font, a; any case, with attributes) touch words and are removed
  without leaving a space. p and div tags and br (`<br>`, `<br/>`, `<br />`, single or double) become line breaks; br
  may replace the newline between two paragraphs. script, style, noscript, nav and iframe elements and comments are
  removed with their content. They are between paragraphs, often on several lines, with tags only on the first and the
  last. img and hr are removed.
- entities. Accented letters, dashes, `&` and `"` as named, decimal or hexadecimal entities, some spaces as `&nbsp;`
  or `&#160;`. `html.unescape`, with U+00A0 as a space, gives the original.
- urls. A URL is a token between two words of a paragraph or after its last word, or a whole line. It begins with
  http://, https://, www. or a bare domain followed by a path, and has no punctuation attached to its end. Removing it
  joins its neighbours by one space, or removes the line.
- metadata. Lines before, between or after paragraphs (dates, authors, counters, tags, sharing links), of at most 14
  words, without a final full stop. They are removed with their newline.
- mojibake. UTF-8 decoded as Latin-1 or as Windows-1252, in all paragraphs or in some. The five bytes undefined in
  Windows-1252 become control characters, as in browsers. `ftfy.fix_text` gives the original.
- boilerplate. Lines like metadata, but from one fixed list, so that the same line occurs in many documents
  (navigation, copyright, subscription). They are removed with their newline.

Kinds to drop with the whole document. `original` is empty:

- repetition. A repeated line, block of lines or phrase inside a line makes up more than half of the words.
- too_short. A fragment of 3 to 10 words.
- too_long. About 6,000 words: many clean texts joined.
- foreign. English or Spanish prose of usual length.
- exact_duplicates. A copy of an earlier clean document, with another id and uri: the same bytes, or different white
  space (double spaces, blank lines), or the first paragraph in upper case. It equals its source after lower-casing and
  collapsing white space. The source is kept.
- near_duplicates. A copy of an earlier clean document with words replaced, a sentence dropped or a sentence added.
  The Jaccard similarity of word 5-grams (lower-cased runs of word characters) is at least 0.8 and below 1. The source
  is kept.
"""

import re
from random import Random

from tinypt.sample.noise_lines import (
    BOILERPLATE,
    INLINE_TAGS,
    INVISIBLE_BLOCKS,
    NEAR_SYNONYMS,
    PHRASES,
    metadata_line,
    url,
)

REPAIRED = ("markup", "entities", "urls", "metadata", "mojibake", "boilerplate")
NEAR_DUPLICATE = 0.8  # smallest word-5-gram Jaccard similarity of a near duplicate to its source

_NAMED = {
    "á": "aacute", "à": "agrave", "â": "acirc", "ã": "atilde", "é": "eacute", "ê": "ecirc", "í": "iacute",
    "ó": "oacute", "ô": "ocirc", "õ": "otilde", "ú": "uacute", "ç": "ccedil", "–": "ndash", "&": "amp", '"': "quot",
}  # fmt: skip
_NAMED |= {letter.upper(): name[0].upper() + name[1:] for letter, name in _NAMED.items() if letter.isalpha()}
_ENCODED = re.compile("[" + "".join(_NAMED) + "]")
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")


def jaccard(first: str, second: str) -> float:
    """Jaccard similarity, 0 to 1, of the word 5-grams (lower-cased runs of word characters) of two texts."""
    a, b = five_grams(first), five_grams(second)
    return len(a & b) / len(a | b)


def five_grams(text: str) -> set[tuple[str, ...]]:
    """The word 5-grams of a text."""
    words = _WORD.findall(text.lower())
    return set(zip(words, words[1:], words[2:], words[3:], words[4:], strict=False))


def markup(text: str, rng: Random) -> str:
    """Tags, and elements without readable content, as a careless extractor leaves them."""
    paragraphs = [_inline_tags(paragraph, rng) for paragraph in text.split("\n")]
    style = rng.randrange(3)
    if style == 0:
        opening, closing = rng.choice([("<p>", "</p>"), ('<p class="texto">', "</p>"), ("<div>", "</div>")])
        return "\n".join(opening + paragraph + closing for paragraph in paragraphs)
    if style == 1:
        return rng.choice(["<br>", "<br/>", "<br />", "<br><br>", "<br />\n<br />"]).join(paragraphs)
    return _with_lines(paragraphs, rng.sample(INVISIBLE_BLOCKS, rng.randint(1, 3)), rng)


def _inline_tags(paragraph: str, rng: Random) -> str:
    words = paragraph.split(" ")
    first = rng.randrange(len(words))
    last = min(first + rng.randrange(4), len(words) - 1)
    opening, closing = rng.choice(INLINE_TAGS)
    words[first] = opening + words[first]
    words[last] = words[last] + closing
    return " ".join(words)


def entities(text: str, rng: Random) -> str:
    """Characters outside ASCII, `&`, quotes and some spaces as entities; one style per document."""
    style = rng.choices((_named, _decimal, _hexadecimal), (6, 3, 1))[0]
    share = rng.choice((1.0, 0.5))
    encoded = _ENCODED.sub(lambda match: style(match[0]) if rng.random() < share else match[0], text)
    space = "&#160;" if "&#" in encoded else "&nbsp;"
    words = encoded.split(" ")
    for position in rng.sample(range(1, len(words)), rng.randint(1, 4)):
        words[position] = space + words[position]
    return " ".join(words).replace(" " + space, space)


def _named(character: str) -> str:
    return f"&{_NAMED[character]};"


def _decimal(character: str) -> str:
    return f"&#{ord(character)};"


def _hexadecimal(character: str) -> str:
    return f"&#x{ord(character):X};"


def urls(text: str, rng: Random) -> str:
    """One to four URLs, inside paragraphs or as lines."""
    paragraphs = text.split("\n")
    lines = []
    for _ in range(rng.randint(1, 4)):
        if rng.random() < 0.25:
            lines.append(url(rng))
            continue
        chosen = rng.randrange(len(paragraphs))
        words = paragraphs[chosen].split(" ")
        words.insert(rng.randint(1, len(words)), url(rng))
        paragraphs[chosen] = " ".join(words)
    return _with_lines(paragraphs, lines, rng)


def metadata(text: str, rng: Random) -> str:
    """One to four lines of dates, authors, counters, tags or sharing links."""
    return _with_lines(text.split("\n"), [metadata_line(rng) for _ in range(rng.randint(1, 4))], rng)


def boilerplate(text: str, rng: Random) -> str:
    """One to four lines of navigation, copyright or subscription, which many documents share."""
    return _with_lines(text.split("\n"), rng.sample(BOILERPLATE, rng.randint(1, 4)), rng)


def mojibake(text: str, rng: Random) -> str:
    """UTF-8 decoded as Latin-1 or Windows-1252, in every paragraph or in about half of those with accents."""
    paragraphs = text.split("\n")
    encoding = rng.choice(("latin-1", "cp1252"))
    accented = [position for position, paragraph in enumerate(paragraphs) if not paragraph.isascii()]
    if rng.random() < 0.4:
        accented = rng.sample(accented, (len(accented) + 1) // 2)
    for position in accented:
        paragraphs[position] = _misread(paragraphs[position], encoding)
    return "\n".join(paragraphs)


def _misread(text: str, encoding: str) -> str:
    # byte by byte: the five bytes undefined in Windows-1252 become their Latin-1 characters
    characters = []
    for byte in text.encode("utf-8"):
        try:
            characters.append(bytes([byte]).decode(encoding))
        except UnicodeDecodeError:
            characters.append(chr(byte))
    return "".join(characters)


def repetition(text: str, rng: Random) -> str:
    """A page that repeats one line, block of lines or phrase."""
    paragraphs = text.split("\n")
    form = rng.randrange(3)
    if form == 0:
        line = rng.choice(_SENTENCE_END.split(paragraphs[0]))
        return "\n".join([*paragraphs[:1], *[line] * rng.randint(25, 40)])
    if form == 1:
        return "\n".join(paragraphs[:2] * rng.randint(6, 10))
    return "\n".join([paragraphs[0], " ".join([rng.choice(PHRASES)] * rng.randint(30, 60)) + "."])


def too_short(text: str, rng: Random) -> str:
    """Three to ten words from the start of the text."""
    words = text.split()[: rng.randint(3, 10)]
    return " ".join(words).rstrip(",.!?") + rng.choice((".", "", "..."))


def exact_duplicate(text: str, rng: Random) -> str:
    """The same text: byte for byte, or with other white space, or with its first paragraph in upper case."""
    form = rng.randrange(4)
    if form == 0:
        return text.replace(". ", ".  ").replace("\n", " \n\n")
    if form == 1:
        first, *rest = text.split("\n")
        return "\n".join([first.upper(), *rest])
    return text


def near_duplicate(text: str, addition: str, rng: Random) -> str:
    """The text with one to three small changes: one or two words replaced, a sentence dropped, `addition` appended.

    A change that would reduce the similarity to `text` below NEAR_DUPLICATE is skipped. Appending is always possible: a
    text of 60 words and an addition of at most 14 have similarity 56 / 70.
    """
    wanted = rng.randint(1, 3)

    def append(old: str, _: Random) -> str:
        return f"{old} {addition}"

    changes = [_replace_word, _replace_word, _drop_sentence, append]
    rng.shuffle(changes)
    changed = text
    for change in changes:
        candidate = change(changed, rng)
        if wanted and candidate not in (changed, text) and jaccard(candidate, text) >= NEAR_DUPLICATE:
            changed = candidate
            wanted -= 1
    return changed


def _replace_word(text: str, rng: Random) -> str:
    words = text.split(" ")
    positions = [position for position, word in enumerate(words) if word in NEAR_SYNONYMS]
    if positions:
        chosen = rng.choice(positions)
        words[chosen] = NEAR_SYNONYMS[words[chosen]]
    return " ".join(words)


def _drop_sentence(text: str, rng: Random) -> str:
    paragraphs = text.split("\n")
    chosen = rng.randrange(len(paragraphs))
    sentences = _SENTENCE_END.split(paragraphs[chosen])
    del sentences[rng.randrange(len(sentences))]
    paragraphs[chosen] = " ".join(sentences)
    return "\n".join(filter(None, paragraphs))


def _with_lines(paragraphs: list[str], lines: list[str], rng: Random) -> str:
    """Insert each line before, between or after the paragraphs; most often at an end, as on real pages."""
    placed = list(paragraphs)
    for line in lines:
        placed.insert(rng.choice((0, len(placed), rng.randint(0, len(placed)))), line)
    return "\n".join(placed)
