"""The likely encoding of Portuguese text that is not UTF-8, to tell its owner how to convert it."""

ENCODINGS = ("WINDOWS-1252", "CP850", "MACINTOSH")  # ISO-8859-1 is part of the first; names as iconv spells them
_PYTHON = {"MACINTOSH": "mac_roman"}
_LETTERS = frozenset("áàâãéêíóôõúüçÁÀÂÃÉÊÍÓÔÕÚÜÇªº°“”‘’–—…")
_BEFORE, _AFTER = 12, 40  # bytes shown before and after the first one that is not UTF-8


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
    packed = path.endswith((".gz", ".zst"))
    convert = f"iconv -f {encoding} -t UTF-8 {path} > new && mv new {path}"
    return (
        f"byte 0x{text[place]:02x} is not UTF-8; in {encoding} it reads {' '.join(shown.split())!r}: "
        + ("unpack the file, then " if packed else "")
        + f"`{convert.replace(path, path.rpartition('.')[0] if packed else path)}`"
    )


def _portuguese(text: bytes, encoding: str) -> int:
    others = [character for character in _decode(text, encoding) if not character.isascii()]
    return sum(1 if character in _LETTERS else -1 for character in others)


def _decode(text: bytes, encoding: str) -> str:
    return text.decode(_PYTHON.get(encoding, encoding), "replace")
