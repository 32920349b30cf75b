import gzip
import json
import re
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tinypt.corpus.files import expand, read_file, read_open, unknown_kinds
from tinypt.corpus.html import read_html
from tinypt.corpus.records import Record
from tinypt.params.corpus import Document
from tinypt.runtime.errors import PipelineError

PLAIN = {"doc_id": "a-1", "title": "T", "uri": "http://a", "text": "Um.\nDois."}
CRAWLPT = {"id": 7, "text": "Um.\nDois.", "meta": {"title": "T", "uri": "http://a"}}
LISTED = {**PLAIN, "text": [{"paragraphs": ["Um."]}, {"paragraphs": ["Dois.", None, "Três."]}]}
NESTED = {"doc_id": "a-1", "title": "T", "uri": "http://a", "text": {"paragraphs": [["Um."], [], ["Dois.", "Três."]]}}


def _read(path: Path, column: str = "text", document: Document = "line") -> tuple[list[Record], Counter[str]]:
    skipped: Counter[str] = Counter()
    return list(read_file(path, column, skipped, document)), skipped


def _lines(*rows: Any) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


@pytest.mark.parametrize(
    ("row", "record"),
    [
        (PLAIN, Record("a-1", "T", "http://a", "Um.\nDois.")),
        (CRAWLPT, Record("7", "T", "http://a", "Um.\nDois.")),
        (NESTED, Record("a-1", "T", "http://a", "Um.\nDois. Três.")),
        (LISTED, Record("a-1", "T", "http://a", "Um.\nDois. Três.")),
        ({"text": "Só isto."}, Record("{name}-0", "", "", "Só isto.")),
    ],
)
@pytest.mark.parametrize("kind", ["parquet", "jsonl", "jsonl.gz", "jsonl.zst"])
def test_every_shape_is_read_from_every_file_format(
    tmp_path: Path, row: dict[str, Any], record: Record, kind: str
) -> None:
    path = tmp_path / f"part.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([row]), path)
    else:
        pack = {"jsonl": bytes, "jsonl.gz": gzip.compress, "jsonl.zst": zstandard.compress}[kind]
        path.write_bytes(pack(_lines(row)))
    records, skipped = _read(path)
    assert records == [Record(record.doc_id.format(name=path.name), record.title, record.uri, record.text)]
    assert not skipped


def test_lines_end_only_at_line_feeds(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    texts = ["um\u2028dois", "três\u0085quatro", "cinco\x1cseis\x0bsete"]
    path.write_bytes(_lines(*({"text": text} for text in texts)))
    assert [record.text for record in _read(path)[0]] == texts


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        ("file", ["Um.\nDois.\n\nTrês.\n\n\nQuatro."]),
        ("blank_line", ["Um.\nDois.", "Três.", "Quatro."]),
        ("line", ["Um.", "Dois.", "Três.", "Quatro."]),
    ],
)
def test_a_document_of_a_text_file_is_what_the_parameter_says(
    tmp_path: Path, document: Document, texts: list[str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\nUm.\r\nDois.\n \nTrês.\n\n\nQuatro.".encode())
    assert [record.text for record in _read(path, document=document)[0]] == texts
    with path.open("rb") as raw:
        rest = list(read_open(path, raw, "a", "text", Counter(), Counter(), 1, document))
    assert [record.text for record in rest] == (texts if document == "line" else texts[1:])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_text_files_have_one_document_per_line(tmp_path: Path, pack: Any) -> None:
    path = tmp_path / ("a.txt" if pack is bytes else "a.txt.gz")
    path.write_bytes(pack("Um. <END> Dois.<END>\n\nTrês.\n".encode()))
    records, skipped = _read(path)
    assert [record.text for record in records] == ["Um.\nDois.", "Três."]
    assert skipped == {"blank_line": 1}


def test_unusable_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = _lines({"text": None}, {"text": "  "}, ["a"], {"text": "Fica."}, {"text": ""}, {"text": 3}, {"text": ""})
    path.write_bytes(rows + b'\n{"text": "ma\xe7\xe3"}\n \n{"text": "cor')
    records, skipped = _read(path)
    assert [record.text for record in records] == ["Fica."]
    assert skipped == {"empty_text": 4, "malformed_json": 2, "not_text": 1, "not_utf8": 1, "blank_line": 2}


def test_lone_surrogates_and_very_deep_nesting_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    whole, half = b'{"text": "\\ud83d\\ude00"}\n', b'{"text": "a\\ud83d", "title": "x"}\n'
    encoded = b'{"text": "a\xed\xa0\x80"}\n'
    path.write_bytes(whole * 4 + half + encoded + b"[" * 200_000 + b"\n")
    records, skipped = _read(path)
    assert [record.text for record in records] == ["\U0001f600"] * 4
    assert skipped == {"malformed_json": 3}


@pytest.mark.parametrize("kind", ["txt.gz", "jsonl.gz", "jsonl.zst"])
def test_an_empty_compressed_file_is_refused_as_truncated(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"cut.{kind}").touch()
    with pytest.raises(PipelineError, match=f"cut.{kind}: damaged or truncated"):
        _read(tmp_path / f"cut.{kind}")


@pytest.mark.parametrize("kind", ["jsonl.gz", "jsonl.zst", "parquet"])
def test_a_truncated_file_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"cut.{kind}"
    rows = [{"text": f"texto número {i} {i * 7919 % 1000}"} for i in range(5000)]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_bytes({"jsonl.gz": gzip.compress, "jsonl.zst": zstandard.compress}[kind](_lines(*rows)))
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(PipelineError, match=f"cut.{kind}: damaged or truncated"):
        _read(path)


def test_a_missing_column_is_refused_by_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"content": ["x"]}), tmp_path / "a.parquet")
    with pytest.raises(PipelineError, match="no column text; it has content"):
        _read(tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_bytes(_lines({"content": "x"}))
    with pytest.raises(
        PipelineError, match=r"no record has a field text; they have content: correct corpus\.text_column"
    ):
        _read(tmp_path / "a.jsonl")
    assert _read(tmp_path / "a.jsonl", "content")[0][0].text == "x"


def test_unknown_kinds_and_globs_without_matches_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_text("x", encoding="utf-8")
    with pytest.raises(PipelineError, match="unknown kind of file"):
        _read(tmp_path / "a.doc")
    with pytest.raises(PipelineError, match=r"a\.doc: unknown kind of file"):  # before anything is read
        expand((tmp_path / "*",))
    with pytest.raises(PipelineError, match=r"no such file; correct corpus\.paths"):
        expand((tmp_path / "*.jsonl",))
    with pytest.raises(PipelineError, match=r"articles: no such folder; correct corpus\.paths"):
        expand((tmp_path / "articles",))
    with pytest.raises(PipelineError, match=f"no such folder; {tmp_path} is the last folder on this path that exists"):
        expand((tmp_path / "my/articles",))


def test_globs_are_sorted_and_a_file_is_read_once(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    found = expand((tmp_path / "c.txt", tmp_path / "*.jsonl", tmp_path / "a.jsonl"))
    assert [path.name for path in found] == ["c.txt", "a.jsonl", "b.jsonl"]


def test_an_existing_name_with_brackets_is_not_a_glob(tmp_path: Path) -> None:
    path = tmp_path / "a[1].txt"
    path.touch()
    assert expand((path,)) == [path]


def test_a_folder_stands_for_all_known_files_below_it(tmp_path: Path) -> None:
    for name in ("b/z.txt", "b/a.html", "a.jsonl", "c.parquet", "notes.doc", ".hidden/x.txt", "b/.x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = ["a.jsonl", "b/a.html", "b/z.txt", "c.parquet"]
    assert [path.relative_to(tmp_path).as_posix() for path in expand((tmp_path,))] == names
    assert [path.name for path in expand((tmp_path / "?", tmp_path))] == ["a.html", "z.txt", "a.jsonl", "c.parquet"]
    assert unknown_kinds((tmp_path, tmp_path / "b", tmp_path / "*")) == {".doc": 1}
    (tmp_path / "empty").mkdir()
    with pytest.raises(PipelineError, match=r"empty: no file of a known kind.*\.html"):
        expand((tmp_path / "empty",))


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
        ("<title>Pão &#0;&#xD800;&#x110000;</title>é", "Pão", "é"),
        *((f"<meta charset={name}>é +2AA- \\ud800".encode("cp1252"), "", "é +2AA- \\ud800") for name in UNKNOWN),
        ("<p>é “ç”".encode("utf-16-le"), "", "é “ç”"),
        ("<p>é “ç”".encode("utf-16-be"), "", "é “ç”"),
        ("<p>é “ç”".encode("utf-32"), "", "é “ç”"),
        ('<!-- <meta charset="utf-8"> --><meta charset="iso-8859-1">é'.encode("cp1252"), "", "é"),
        ('<meta name="x" content="charset=utf-8">é'.encode("cp1252"), "", "é"),
        ("<meta charset=gb2312>镕".encode("gbk"), "", "镕"),
    ],
)
def test_a_page_is_one_document_with_its_markup(tmp_path: Path, page: bytes | str, title: str, text: str) -> None:
    (tmp_path / "a.html").write_bytes(page if isinstance(page, bytes) else page.encode())
    ((record,), skipped) = _read(tmp_path / "a.html")
    assert (record.doc_id, record.title, record.uri) == ("a.html-0", title, "")
    assert record.text.endswith(text)
    assert not record.text.startswith("\ufeff")
    assert not skipped


def test_the_real_corpus(real_data: Path) -> None:
    records, skipped = _read(real_data / "corpus/blogs-00.jsonl.zst")
    assert len(records) == 2403
    assert not skipped


def test_bytes_that_are_invalid_in_the_named_encoding_are_counted(tmp_path: Path) -> None:
    path, counts = tmp_path / "a.html", Counter[str]()
    path.write_bytes(b'<meta charset="utf-8"><p>p\xe3o')
    with path.open("rb") as raw:
        (record,) = read_open(path, raw, "a", "text", Counter(), counts, 0)
    assert record.text.endswith("p\ufffdo")
    assert counts == {"pages_with_invalid_bytes": 1}


def test_pages_are_read_in_time_linear_in_their_length() -> None:
    for unit in ("<title", "<title>", "<meta charset ", "<meta ", "<?xml ", '<?xml encoding="'):
        read_html(unit.encode() * 100_000 + b"\xe7")


ROWS = [{"text": "Um."}, {"text": "Dois, maçã."}, {"text": "Três."}]


@pytest.mark.parametrize(
    "content",
    [
        "[\n" + ",\n".join(json.dumps(row) for row in ROWS) + "\n]\n",
        "[" + ",\n ".join(json.dumps(row) for row in ROWS) + "]",
        "[\r\n" + "\r\n".join(json.dumps(row) + "," for row in ROWS) + "\r\n]",
        json.dumps(ROWS),
        json.dumps(ROWS, ensure_ascii=False),
        "".join(json.dumps(row) for row in ROWS),
        " ".join(json.dumps(row) for row in ROWS) + "\n",
        "".join("\x1e" + json.dumps(row) + "\n" for row in ROWS),
        "\ufeff" + "\n\n".join(json.dumps(row) for row in ROWS),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_forms_of_json_are_read(tmp_path: Path, content: str, encoding: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content.encode(encoding))
    records, skipped = _read(path)
    assert [record.text for record in records] == [row["text"] for row in ROWS]
    assert skipped.keys() <= {"blank_line"}


def test_rows_are_read_from_any_row_of_an_array(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(ROWS) + "\n" + json.dumps(ROWS[0]), encoding="utf-8")
    for start in range(5):
        with path.open("rb") as raw:
            records = list(read_open(path, raw, "a", "text", Counter(), Counter(), start))
        assert [record.doc_id for record in records] == [f"a-{row}" for row in range(start, 4)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", json.dumps(ROWS, indent=1), r"9 of 9 rows are malformed_json; .*`jq"),
        ("a.jsonl", "\n".join(json.dumps(row, indent=1) for row in ROWS), r"9 of 9 rows are malformed_json; .*`jq"),
        ("a.jsonl", "text,label\nUm,1\nDois,2\n", r"3 of 3 rows are malformed_json"),
        ("a.jsonl", '{"text": {"pt": "Um", "en": "One"}}\n', r"1 of 1 rows are not_text; correct corpus.text_column"),
        (
            "a.jsonl",
            '{"text": "maçã"}\n'.encode("latin-1") * 3,
            r"byte 0xe7 is not UTF-8; .*maçã.*`iconv -f WINDOWS-1252 .*a.jsonl",
        ),
        ("a.txt", "maçã\npêra\nuva\n".encode("latin-1"), r"byte 0xe7 is not UTF-8; .*`iconv -f WINDOWS-1252"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(PipelineError, match=rf"{name}: {message}"):
        _read(tmp_path / name)


def test_skipped_rows_are_named_if_they_are_more_than_a_few(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(_lines(*ROWS) * 100 + b"{}}\n\n")
    assert len(_read(path)[0]) == 300
    assert not caplog.messages
    path.write_bytes(_lines(*ROWS) * 10 + b'{}}\n{"text": ""}\n')
    _read(path)
    assert caplog.messages == [f"{path}: of 32 rows these were skipped: empty_text 1, malformed_json 1"]


def test_a_file_of_one_endless_line_or_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinypt.corpus.files.LONGEST", 2 << 20)
    for name in ("a.txt", "a.jsonl"):
        (tmp_path / name).write_bytes(b"x" * (4 << 20))
        with pytest.raises(PipelineError, match=f"{name}: 1 of 1 rows are too_long"):
            _read(tmp_path / name)


def test_a_text_that_would_take_minutes_to_clean_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinypt.corpus.records.LONGEST", 1000)
    (tmp_path / "a.jsonl").write_bytes(_lines(*ROWS, {"text": "x" * 1001}, {"text": "x" * 1000}))
    records, skipped = _read(tmp_path / "a.jsonl")
    assert (len(records), skipped) == (4, {"too_long": 1})


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.html", b"x" * (4 << 20), "too_long; a text has at most"),
        ("a.html", gzip.compress(b"<p>um"), "binary; it is no text"),
        ("a.html", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj", "binary"),
        ("a.html", bytes(range(256)), "binary"),
        ("a.txt", b"PK\x03\x04\x14", "binary"),
        ("a.txt", "maçã".encode("latin-1"), "not_utf8; byte 0xe7 is not UTF-8; .*`iconv -f WINDOWS-1252"),
    ],
)
def test_a_file_that_is_one_document_is_skipped_and_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    content: bytes,
    reason: str,
) -> None:
    monkeypatch.setattr("tinypt.corpus.files.LONGEST", 2 << 20)
    path = tmp_path / name
    path.write_bytes(content)
    records, skipped = _read(path, document="file")
    assert not records
    assert skipped == {reason.split(";")[0]: 1}
    (message,) = caplog.messages
    assert re.match(f"{path}: skipped: {reason}", message)


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.jsonl", gzip.compress(b"{}"), r"gzip data, which \.gz at"),
        ("a.txt", zstandard.compress(b"um"), r"zstd data, which \.zst at"),
        ("a.txt", b"%PDF-1.4\n", "a PDF"),
        ("a.jsonl", b"PAR1\x15", r"Parquet, which \.parquet at"),
    ],
)
def test_data_of_another_form_are_named_and_not_converted(tmp_path: Path, name: str, content: bytes, form: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PipelineError, match=f"{name}: is {form}"):
        _read(tmp_path / name)


@pytest.mark.parametrize("kind", ["txt.gz", "jsonl.gz"])
def test_damaged_packed_data_are_refused_by_name(tmp_path: Path, kind: str) -> None:
    """Whatever byte is damaged: the unpacker has exceptions of its own."""
    path, packed = tmp_path / f"a.{kind}", gzip.compress(_lines(*ROWS))
    for place in range(10, len(packed) - 8):
        path.write_bytes(packed[:place] + bytes([packed[place] ^ 255]) + packed[place + 1 :])
        with pytest.raises(PipelineError, match=rf"a\.{kind}: damaged or truncated"):
            _read(path)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_the_wrong_bytes_of_packed_text_are_shown(tmp_path: Path, pack: Any) -> None:
    path = tmp_path / ("a.jsonl.gz" if pack is gzip.compress else "a.jsonl.zst")
    path.write_bytes(pack('{"text": "maçã"}\n'.encode("latin-1") * 3))
    with pytest.raises(PipelineError, match=r"byte 0xe7 is not UTF-8; .*: unpack the file, then `iconv"):
        _read(path)


def test_a_row_of_odd_bytes_does_not_end_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    odd = [b"\x00{\xff\xff", b"\xff\xfe{\x00", b"{\x00}", b"\x00" * 999]
    for first in (odd[0], odd[2], odd[3]):
        path.write_bytes(first + b"\n" + _lines(*ROWS) * 3 + b"\n".join(odd))
        assert len(_read(path)[0]) == 9
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x00um\n\ndois\n")
    assert [record.text for record in _read(path)[0]] == ["\x00um", "dois"]
    path.write_bytes("um\nd\ud800is\ntrês\nquatro e cinco".encode("utf-16-le", "surrogatepass"))
    assert [record.text for record in _read(path)[0]] == ["um", "três", "quatro e cinco"]


def test_what_a_record_does_not_use_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "um", "x": "\\ud83d"}\n{"text": "dois\tou"}\n{"text": "a\\ud83d"}\n{"text": "b"}')
    records, skipped = _read(path)
    assert [record.text for record in records] == ["um", "dois\tou", "b"]
    assert skipped == {"malformed_json": 1}


def test_rows_without_the_text_field_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(_lines(*ROWS, {"content": "quatro"}))
    assert _read(path)[1] == {"no_text_field": 1}
    assert caplog.messages == [f"{path}: of 4 rows these were skipped: no_text_field 1"]
    path.write_bytes(_lines(ROWS[0], *[{"content": "quatro"}] * 3))
    with pytest.raises(PipelineError, match=r"3 of 4 rows are no_text_field; correct corpus\.text_column"):
        _read(path)


@pytest.mark.parametrize(("document", "texts"), [("line", ["um", "dois"]), ("blank_line", ["um", "dois"])])
def test_carriage_returns_end_the_lines_of_a_file_without_line_feeds(
    tmp_path: Path, document: Document, texts: list[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(b"um\r\rdois\r")
    assert [record.text for record in _read(tmp_path / "a.txt", document=document)[0]] == texts


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_compression_bomb_is_skipped_and_counted_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Half a gigabyte of zeros between good lines, in a file of half a megabyte at most."""
    monkeypatch.setattr("tinypt.corpus.files.LONGEST", 8 << 20)
    path, zeros = tmp_path / f"a.jsonl.{kind}", bytes(1 << 20)
    with pa.output_stream(path, compression={"gz": "gzip", "zst": "zstd"}[kind]) as file:
        file.write(_lines(*ROWS) * 30)
        for _ in range(512):
            file.write(zeros)
        file.write(b"\n" + _lines(*ROWS) * 30)
    assert path.stat().st_size < 1 << 20
    tracemalloc.start()
    records, skipped = _read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(records), skipped) == (180, {"too_long": 1})
    assert peak < 40 << 20


@pytest.mark.parametrize(
    "column",
    [
        pa.array([2**62] * 3, pa.timestamp("us")),
        pa.array([0] * 3, pa.timestamp("us", tz="Nowhere/None")),
        pa.array([2**31 - 1] * 3, pa.date32()),
        pa.array([2**62] * 3, pa.duration("us")),
        pa.array([b"\xff"] * 3, pa.binary()).view(pa.string()),
        pa.array([{"when": 2**62}] * 3, pa.struct([("when", pa.timestamp("us"))])),
    ],
)
@pytest.mark.parametrize("name", ["other", "meta", "id"])
def test_a_fault_in_a_column_without_text_is_not_seen(tmp_path: Path, column: pa.Array, name: str) -> None:
    if name == "id" and not pa.types.is_temporal(column.type):
        return
    table = pa.table({"text": [row["text"] for row in ROWS], name: column})
    pq.write_table(table, tmp_path / "a.parquet")
    records, _ = _read(tmp_path / "a.parquet")
    assert [record.text for record in records] == [row["text"] for row in ROWS]


TEXTS = ["maçã", "pêra", None]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([text and text.encode() for text in TEXTS], pa.binary()),
        pa.array([text and text.encode() for text in TEXTS], pa.large_binary()),
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS).dictionary_encode(),
        pa.array(TEXTS, pa.string_view()),
        pa.array([[text] for text in TEXTS], pa.list_(pa.string())),
        pa.array([[text and text.encode()] for text in TEXTS], pa.large_list(pa.binary())),
    ],
)
def test_text_is_read_from_every_type_that_holds_it(tmp_path: Path, column: pa.Array) -> None:
    pq.write_table(pa.table({"text": column, "meta": [{"title": "T", "x": 1}] * 3}), tmp_path / "a.parquet")
    records, skipped = _read(tmp_path / "a.parquet")
    assert [(record.text, record.title) for record in records] == [("maçã", "T"), ("pêra", "T")]
    assert skipped == {"empty_text": 1}


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pa.array([{"pt": "um", "en": "one"}]), "struct<pt: string, en: string>"),
        (pa.array([[{"content": "um", "role": "user"}]]), "list<"),
        (pa.array([1]), "int64"),
        (pa.array([1.5]), "double"),
        (pa.array([0], pa.timestamp("us")), "timestamp"),
    ],
)
def test_a_column_that_cannot_hold_text_is_refused_by_its_type(tmp_path: Path, column: pa.Array, kind: str) -> None:
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet")
    with pytest.raises(PipelineError, match=f"the column text is {kind}.*correct corpus.text_column"):
        _read(tmp_path / "a.parquet")


LATIN_1 = pa.array([b"um", "maçã".encode("latin-1"), b"dois"], pa.binary())


@pytest.mark.parametrize(
    "column",
    [
        LATIN_1.view(pa.string()),
        LATIN_1.cast(pa.large_binary()).view(pa.large_string()),
        pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), LATIN_1.view(pa.string())),
    ],
)
def test_a_row_of_parquet_that_is_not_utf8_is_skipped(tmp_path: Path, column: pa.Array) -> None:
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet")
    records, skipped = _read(tmp_path / "a.parquet")
    assert [record.text for record in records] == ["um", "dois"]
    assert skipped == {"not_utf8": 1}


def test_a_title_that_is_not_utf8_is_read_as_browsers_would(tmp_path: Path) -> None:
    for titles in (LATIN_1, LATIN_1.view(pa.string())):
        pq.write_table(pa.table({"text": ["a", "b", "c"], "title": titles}), tmp_path / "a.parquet")
        assert [record.title for record in _read(tmp_path / "a.parquet")[0]] == ["um", "maçã", "dois"]


def test_two_columns_of_the_same_name_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table([["a"], ["b"]], names=["text", "text"]), tmp_path / "a.parquet")
    with pytest.raises(PipelineError, match="has several columns text"):
        _read(tmp_path / "a.parquet")


def test_a_file_that_may_not_be_read_is_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "a.txt")

    (tmp_path / "a.txt").write_text("um")
    monkeypatch.setattr("tinypt.corpus.files.read_open", refuse)
    with pytest.raises(PermissionError):
        _read(tmp_path / "a.txt")
