from collections import Counter
from pathlib import Path

import pytest

from tests.corpus.conftest import read
from tinypt.corpus.files import read_open
from tinypt.corpus.html import read_html

# Encodings of Python that no browser knows, some of which give lone surrogates or take the square of the length.
UNKNOWN = ("utf-7", "unicode_escape", "raw_unicode_escape", "punycode", "idna", "utf-32", "cp037", "undefined")


@pytest.mark.parametrize(
    ("page", "title", "text"),
    [
        ("<title>São\n Paulo &amp; cia</title><p>pão</p>".encode(), "São Paulo & cia", "<p>pão</p>"),
        ('<meta charset="iso-8859-1"><TITLE lang="pt">Pão</TITLE>“é”'.encode("cp1252"), "Pão", "“é”"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">ç'.encode("cp1252"), "", "ç"),
        ("\ufeff<title>é</title>ç".encode(), "é", "ç"),
        ("\ufeff<title>é</title>ç".encode("utf-16-le"), "é", "ç"),
        (
            "<meta content='text/html; charset=\"iso-8859-2\"' HTTP-EQUIV=content-type>łódź".encode("iso-8859-2"),
            "",
            "łódź",
        ),
        ('<meta http-equiv="refresh" content="5;url=/x?charset=koi8-r">é'.encode("cp1252"), "", "é"),
        ('<meta name="http-equiv content-type" content="charset=koi8-r">é'.encode("cp1252"), "", "é"),
        ('<meta name="x" content="charset=koi8-r" charset = " iso-8859-2 "/>ł'.encode("iso-8859-2"), "", "ł"),
        ('<meta charset="nenhum"><title/>ç'.encode(), "", "ç"),
        ('<meta charset="hex">ç'.encode(), "", "ç"),
        ("sem marca: é “ç”".encode("cp1252"), "", "sem marca: é “ç”"),
        ("sem marca: é “ç”".encode(), "", "sem marca: é “ç”"),
        (b"sem marca: \xe7 \x81", "", "sem marca: ç \x81"),
        (b"<p>" + b" " * 2000 + '<meta charset="iso-8859-2">łódź'.encode("iso-8859-2"), "", "łódź"),
        ((" " * 2000 + '<meta charset="iso-8859-1">é').encode(), "", "é"),
        ('<?xml version="1.0" encoding="ISO-8859-15"?><p>10 €'.encode("iso-8859-15"), "", "10 €"),
        ('<?xml version="1.0" encoding="UTF-8"?><p>pão'.encode("cp1252"), "", "pão"),
        ("<title>" * 3 + "Pão</title>é", "<title><title>Pão", "é"),
        ("<!-- <title>Não</title> --><svg/><title>Pão</title>é", "Pão", "é"),
        ("<script>'<title>Não</title>'</SCRIPT><svg><title>Não</title></svg><title>Pão</title>é", "Pão", "é"),
        ("<svg><title>Não</title></svg>é", "", "é"),
        ("<title>Pão &#0;&#xD800;&#x110000;</title>é", "Pão", "é"),
        *((f"<meta charset={name}>é +2AA- \\ud800".encode("cp1252"), "", "é +2AA- \\ud800") for name in UNKNOWN),
        ("<p>é “ç”".encode("utf-16-le"), "", "é “ç”"),
        ("<p>é “ç”".encode("utf-16-be"), "", "é “ç”"),
        ("<p>é “ç”".encode("utf-32"), "", "é “ç”"),
        ('<!-- <meta charset="utf-8"> --><meta charset="iso-8859-1">é'.encode("cp1252"), "", "é"),
        ('<meta name="x" content="charset=utf-8">é'.encode("cp1252"), "", "é"),
        *((f"<meta charset={name}>é".encode("mac_roman"), "", "é") for name in ("x-mac-roman", "macintosh", "Mac")),
        ("<meta charset=gb2312>镕".encode("gbk"), "", "镕"),
    ],
)
def test_a_page_is_one_document_with_its_markup(tmp_path: Path, page: bytes | str, title: str, text: str) -> None:
    (tmp_path / "a.html").write_bytes(page if isinstance(page, bytes) else page.encode())
    ((record,), skipped) = read(tmp_path / "a.html")
    assert (record.doc_id, record.title, record.uri) == ("a.html-0", title, "")
    assert record.text.endswith(text)
    assert not record.text.startswith("\ufeff")
    assert not skipped


def test_bytes_that_are_invalid_in_the_named_encoding_are_counted(tmp_path: Path) -> None:
    path, counts = tmp_path / "a.html", Counter[str]()
    path.write_bytes(b'<meta charset="utf-8"><p>p\xe3o')
    with path.open("rb") as raw:
        (record,) = read_open(path, raw, "a", "text", Counter(), counts, 0)
    assert record.text.endswith("p\ufffdo")
    assert counts == {"pages_with_invalid_bytes": 1}


def test_pages_are_read_in_time_linear_in_their_length() -> None:
    for unit in (
        "<title",
        "<title>",
        "<meta charset ",
        "<!--",
        "<script ",
        "<svg a",
        "<svg/>",
        "<meta ",
        "<meta a=\"b='",
        "<?xml ",
        '<?xml encoding="',
    ):
        read_html(unit.encode() * 100_000 + b"\xe7")
