import pytest

from tinypt.corpus.encodings import explain, foreign_form, wide_encoding


@pytest.mark.parametrize(
    ("codec", "named", "byte"),
    [("latin-1", "WINDOWS-1252", "e7"), ("cp850", "CP850", "87"), ("mac_roman", "MACINTOSH", "8d")],
)
def test_the_encoding_is_guessed_and_the_command_given(codec: str, named: str, byte: str) -> None:
    message = explain("Informação de São Paulo, às três.\n".encode(codec), "inputs/a.txt")
    assert message == (
        f"byte 0x{byte} is not UTF-8; in {named} it reads 'Informação de São Paulo, às três.': "
        f"`iconv -f {named} -t UTF-8 inputs/a.txt > new && mv new inputs/a.txt`"
    )


def test_a_packed_file_is_unpacked_first() -> None:
    assert explain("ação".encode("latin-1"), "a.txt.gz").endswith(
        "unpack the file, then `iconv -f WINDOWS-1252 -t UTF-8 a.txt > new && mv new a.txt`"
    )


def test_utf_8_needs_no_explanation() -> None:
    assert explain("ação".encode(), "a.txt") == ""


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32"])
def test_wide_encodings_are_recognised_by_their_zeros_or_mark(encoding: str) -> None:
    assert wide_encoding("Informação “de” São Paulo".encode(encoding)) == encoding


@pytest.mark.parametrize("text", ["", "a", "ação", "\x00ação", "\x00" * 99, "a\x00b", "\x00\x00\x00um"])
def test_other_texts_are_not_wide_whatever_zeros_they_hold(text: str) -> None:
    assert wide_encoding(text.encode()) is None


@pytest.mark.parametrize("word", ["SQLite foi criado", "PAR1 e PAR2 são", "GIF89a é", "ARROW1, de", "BZhang disse"])
def test_a_text_may_begin_with_the_mark_of_another_form(word: str) -> None:
    assert foreign_form(f"{word} por alguém.\n".encode()) is None


@pytest.mark.parametrize(
    "start", [b"SQLite format 3\0", b"PAR1\x15\x04" + b"um texto longo " * 60, b"GIF89a\x10\0\x10\0"]
)
def test_such_a_mark_before_control_characters_is_no_text(start: bytes) -> None:
    assert foreign_form(start)


def test_the_command_quotes_a_name_with_blanks() -> None:
    assert "UTF-8 'inputs/a é $(b).txt' > new && mv new 'inputs/a é $(b).txt'`" in explain(
        "maçã".encode("latin-1"), "inputs/a é $(b).txt"
    )
