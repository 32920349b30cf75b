"""The form and encoding of files, by their first bytes, and of Portuguese text that is not UTF-8."""

import codecs
import shlex
from pathlib import Path

from tinypt.files import list_files

WESTERN = "cp1252"  # what browsers take for text that names no encoding (HTML Living Standard, 13.2.3.2)
ENCODINGS = ("WINDOWS-1252", "CP850", "MACINTOSH")  # ISO-8859-1 is part of the first; names as iconv spells them
_PYTHON = {"MACINTOSH": "mac_roman"}
_LETTERS = frozenset("áàâãéêíóôõúüçÁÀÂÃÉÊÍÓÔÕÚÜÇªº°“”‘’–—…")
_BEFORE, _AFTER = 12, 40  # bytes shown before and after the first one that is not UTF-8
START = 1024  # bytes from which form and encoding are recognised
_MARKS = {  # those of UTF-32 first: the others are their beginnings
    **{codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"},
    **{codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"},
}
# Whether each byte of a character of two or four is zero in most text of Latin letters.
_ZEROS = {"utf-32-le": (0, 1, 1, 1), "utf-32-be": (1, 1, 1, 0), "utf-16-le": (0, 1), "utf-16-be": (1, 0)}
_TEXT_FILES = (".csv", ".tsv", ".json", ".jsonl", ".txt")
_MANY, _FEW = 0.5, 0.05  # shares of bytes
PARQUET = b"PAR1"
POINTER = "a Git LFS pointer (`git lfs pull` fetches the file)"
_FORMS = {
    **{b"\x1f\x8b": "gzip data, which .gz at the end of its name says"},
    **{b"\x28\xb5\x2f\xfd": "zstd data, which .zst at the end of its name says"},
    **{PARQUET: "Parquet, which .parquet at the end of its name says"},
    **{b"PK\x03\x04": "a ZIP archive", b"BZh": "bzip2 data", b"\xfd7zXZ": "xz data", b"7z\xbc\xaf": "7-Zip data"},
    **{b"%PDF-": "a PDF", b"{\\rtf": "RTF", b"\xd0\xcf\x11\xe0": "an Office file", b"ARROW1": "Arrow data"},
    **{b"\x80\x04": "a Python pickle", b"\x80\x05": "a Python pickle", b"\x93NUMPY": "a NumPy array"},
    **{b"version https://git-lfs": POINTER},
    **{b"\x89PNG": "an image", b"\xff\xd8\xff": "an image", b"GIF8": "an image", b"SQLite f": "a database"},
}
_WORDS = (PARQUET, b"BZh", b"ARROW1", b"GIF8", b"SQLite f")
_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\f\r\x1b")  # in no text (MIME Sniffing Standard, 3)


def _undefined(error: UnicodeError) -> tuple[str, int]:
    """Decode what windows-1252 leaves undefined as control characters, as browsers do."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("undefined", _undefined)


def western(text: bytes) -> str:
    """Text in UTF-8, else in windows-1252, which holds every byte."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode(WESTERN, "undefined")


def wide_encoding(start: bytes) -> str | None:
    """UTF-16 or UTF-32, by the byte order mark or the zeros in the first bytes of a text; None for others."""
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    start = start[:START]
    for encoding, zeros in _ZEROS.items():
        width = len(zeros)
        shares = [start[place::width].count(0) / max(len(start) // width, 1) for place in range(width)]
        expected = all(share > _MANY if zero else share <= _FEW for share, zero in zip(shares, zeros, strict=True))
        if len(start) % width == 0 and expected:
            return encoding
    return None


def foreign_form(start: bytes) -> str | None:
    """What the first bytes of a file say that it is, if that is not text.

    A mark that is a word, such as PAR1, may begin a text too. It counts only with a control character after it; few are
    enough, as uncompressed Parquet is text for the most part.
    """
    found = next((mark for mark in _FORMS if start.startswith(mark)), None)
    is_word = found in _WORDS and not _CONTROL.intersection(start)
    return None if found is None or is_word else _FORMS[found]


def is_binary(start: bytes) -> bool:
    """Whether too many of the first bytes are control characters for a text of one byte a character."""
    start = start[:START]
    return sum(byte in _CONTROL for byte in start) > _FEW * len(start)


def explain(text: bytes, path: str) -> str:
    """Why bytes are not UTF-8, and the command that converts the file: the first wrong byte, and a likely encoding.

    Empty where they are UTF-8.

    The encoding is the one in which most characters outside ASCII are letters or marks of Portuguese text.
    """
    try:
        text.decode()
    except UnicodeDecodeError as error:
        place = error.start
    else:
        return ""
    encoding = max(ENCODINGS, key=lambda name: _portuguese(text, name))
    shown = _decode(text[max(place - _BEFORE, 0) : place + _AFTER], encoding)
    packed = path.lower().endswith((".gz", ".zst"))
    name = shlex.quote(path.rpartition(".")[0] if packed else path)
    return (
        f"byte 0x{text[place]:02x} is not UTF-8; in {encoding} it reads {' '.join(shown.split())!r}: "
        + ("unpack the file, then " if packed else "")
        + f"`iconv -f {encoding} -t UTF-8 {name} > new && mv new {name}`"
    )


def explain_folder(folder: Path) -> str:
    """`explain` for the first file of a data set in a local folder that is not UTF-8, with its name; empty if all are.

    The libraries that read such folders name neither the file nor a remedy.
    """
    for file in list_files(folder):
        if file.suffix in _TEXT_FILES and (wrong := explain(file.read_bytes(), str(file))):
            return f"{file}: {wrong}"
    return ""


def _portuguese(text: bytes, encoding: str) -> int:
    others = [character for character in _decode(text, encoding) if not character.isascii()]
    return sum(1 if character in _LETTERS else -1 for character in others)


def _decode(text: bytes, encoding: str) -> str:
    return text.decode(_PYTHON.get(encoding, encoding), "replace")
