import gzip
import json
import re
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import zstandard

from tests.corpus.conftest import ROWS, lines, read
from tinypt.corpus.files import read_open
from tinypt.params.corpus import Document
from tinypt.runtime.errors import PipelineError


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
    records, skipped = read(path)
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
        read(tmp_path / name)


def test_skipped_rows_are_named_if_they_are_more_than_a_few(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*ROWS) * 100 + b"{}}\n\n")
    assert len(read(path)[0]) == 300
    assert not caplog.messages
    path.write_bytes(lines(*ROWS) * 10 + b'{}}\n{"text": ""}\n')
    read(path)
    assert caplog.messages == [f"{path}: of 32 rows these were skipped: empty_text 1, malformed_json 1"]


def test_a_file_of_one_endless_line_or_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinypt.corpus.plain_text.LONGEST", 2 << 20)
    for name in ("a.txt", "a.jsonl"):
        (tmp_path / name).write_bytes(b"x" * (4 << 20))
        with pytest.raises(PipelineError, match=f"{name}: 1 of 1 rows are too_long"):
            read(tmp_path / name)


def test_a_text_that_would_take_minutes_to_clean_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinypt.corpus.records.LONGEST", 1000)
    (tmp_path / "a.jsonl").write_bytes(lines(*ROWS, {"text": "x" * 1001}, {"text": "x" * 1000}))
    records, skipped = read(tmp_path / "a.jsonl")
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
        (
            "a.txt",
            "Olá".encode("utf-16") + b"\n",
            r"not_utf8; it begins as UTF-16 .*truncated data\); save it as UTF-8",
        ),
        ("a.txt", "Olá".encode("utf-32") + b"\xff" * 4, "not_utf8; it begins as UTF-16 or UTF-32, but is damaged"),
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
    monkeypatch.setattr("tinypt.corpus.plain_text.LONGEST", 2 << 20)
    path = tmp_path / name
    path.write_bytes(content)
    records, skipped = read(path, document="file")
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
        ("a.txt", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer .`git lfs pull`"),
        ("a.parquet", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        ("a.parquet", b"ARROW1\0\0", "Arrow data, not Parquet"),
        ("a.jsonl", b"\x80\x04\x95", "a Python pickle"),
        ("a.jsonl.gz", gzip.compress(gzip.compress(b"{}")), "gzip data"),
        ("a.txt.gz", gzip.compress(b"%PDF-1.4\n"), "a PDF"),
    ],
)
def test_data_of_another_form_are_named_and_not_converted(tmp_path: Path, name: str, content: bytes, form: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PipelineError, match=f"{name}: is {form}"):
        read(tmp_path / name)


@pytest.mark.parametrize("kind", ["txt.gz", "jsonl.gz"])
def test_damaged_packed_data_are_refused_by_name(tmp_path: Path, kind: str) -> None:
    """Whatever byte is damaged: the unpacker has exceptions of its own."""
    path, packed = tmp_path / f"a.{kind}", gzip.compress(lines(*ROWS))
    for place in range(10, len(packed) - 8):
        path.write_bytes(packed[:place] + bytes([packed[place] ^ 255]) + packed[place + 1 :])
        with pytest.raises(PipelineError, match=rf"a\.{kind}: damaged or truncated"):
            read(path)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_the_wrong_bytes_of_packed_text_are_shown(tmp_path: Path, pack: Any) -> None:
    path = tmp_path / ("a.jsonl.gz" if pack is gzip.compress else "a.jsonl.zst")
    path.write_bytes(pack('{"text": "maçã"}\n'.encode("latin-1") * 3))
    with pytest.raises(PipelineError, match=r"byte 0xe7 is not UTF-8; .*: unpack the file, then `iconv"):
        read(path)


def test_a_row_of_odd_bytes_does_not_end_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    odd = [b"\x00{\xff\xff", b"\xff\xfe{\x00", b"{\x00}", b"\x00" * 999]
    for first in (odd[0], odd[2], odd[3]):
        path.write_bytes(first + b"\n" + lines(*ROWS) * 3 + b"\n".join(odd))
        assert len(read(path)[0]) == 9
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x00um\n\ndois\n")
    assert [record.text for record in read(path)[0]] == ["\x00um", "dois"]
    path.write_bytes("um\nd\ud800is\ntrês\nquatro e cinco".encode("utf-16-le", "surrogatepass"))
    assert [record.text for record in read(path)[0]] == ["um", "três", "quatro e cinco"]


def test_what_a_record_does_not_use_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "um", "x": "\\ud83d"}\n{"text": "dois\tou"}\n{"text": "a\\ud83d"}\n{"text": "b"}')
    records, skipped = read(path)
    assert [record.text for record in records] == ["um", "dois\tou", "b"]
    assert skipped == {"malformed_json": 1}


def test_rows_without_the_text_field_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*ROWS, {"content": "quatro"}))
    assert read(path)[1] == {"no_text_field": 1}
    assert caplog.messages == [f"{path}: of 4 rows these were skipped: no_text_field 1"]
    path.write_bytes(lines(ROWS[0], *[{"content": "quatro"}] * 3))
    with pytest.raises(PipelineError, match=r"3 of 4 rows are no_text_field; correct corpus\.text_column"):
        read(path)


@pytest.mark.parametrize(("document", "texts"), [("line", ["um", "dois"]), ("blank_line", ["um", "dois"])])
def test_carriage_returns_end_the_lines_of_a_file_without_line_feeds(
    tmp_path: Path, document: Document, texts: list[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(b"um\r\rdois\r")
    assert [record.text for record in read(tmp_path / "a.txt", document=document)[0]] == texts


@pytest.mark.parametrize("document", ["line", "blank_line", "file"])
@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"um\rdois\ntr\xc3\xaas\rquatro", ["um", "dois", "três", "quatro"]),
        (b"um\rdois\rtr\xc3\xaas\rquatro\n", ["um", "dois", "três", "quatro"]),
        (b"um\r\ndois\rtr\xc3\xaas\nquatro\r\r\n", ["um", "dois", "três", "quatro"]),
    ],
)
def test_carriage_returns_and_line_feeds_may_be_mixed(
    tmp_path: Path, document: Document, content: bytes, texts: list[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    read_texts = [record.text for record in read(tmp_path / "a.txt", document=document)[0]]
    assert read_texts == (texts if document == "line" else ["\n".join(texts)])


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_compression_bomb_is_skipped_and_counted_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Half a gigabyte of zeros between good lines, in a file of half a megabyte at most."""
    monkeypatch.setattr("tinypt.corpus.plain_text.LONGEST", 8 << 20)
    path, zeros = tmp_path / f"a.jsonl.{kind}", bytes(1 << 20)
    with pa.output_stream(path, compression={"gz": "gzip", "zst": "zstd"}[kind]) as file:
        file.write(lines(*ROWS) * 30)
        for _ in range(512):
            file.write(zeros)
        file.write(b"\n" + lines(*ROWS) * 30)
    assert path.stat().st_size < 1 << 20
    tracemalloc.start()
    records, skipped = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(records), skipped) == (180, {"too_long": 1})
    assert peak < 40 << 20


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_plain_text_with_the_name_of_a_compressed_file_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.jsonl{ending}"
    path.write_bytes(lines(*ROWS))
    with pytest.raises(PipelineError, match=rf"a\.jsonl{ending}: is no {ending} file; correct its name"):
        read(path)


@pytest.mark.parametrize("kind", ["window", "dictionary"])
def test_zstd_data_that_cannot_be_unpacked_here_are_not_called_damaged(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.jsonl.zst"
    if kind == "window":
        wide = zstandard.ZstdCompressionParameters.from_level(1, window_log=28)
        stream = zstandard.ZstdCompressor(compression_params=wide).compressobj()  # without the size, which narrows it
        path.write_bytes(stream.compress(lines(*ROWS)) + stream.flush())
    else:
        words = zstandard.train_dictionary(4096, [f"{i} um texto {i * 7919 % 1000}".encode() for i in range(2000)])
        path.write_bytes(zstandard.ZstdCompressor(dict_data=words).compress(lines(*ROWS)))
    with pytest.raises(PipelineError, match=rf"a\.jsonl\.zst: .*zstd {kind}.*; unpack it \(`zstd -d -"):
        read(path)


def test_a_zstd_file_may_start_with_a_frame_to_skip(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" + zstandard.compress(lines(*ROWS)))
    assert len(read(path)[0]) == len(ROWS)
