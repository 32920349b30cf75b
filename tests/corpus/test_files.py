import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.corpus.conftest import lines, read
from tinypt.corpus.files import expand, read_open, unknown_kinds
from tinypt.corpus.records import Record
from tinypt.params.corpus import Document
from tinypt.runtime.errors import PipelineError

PLAIN = {"doc_id": "a-1", "title": "T", "uri": "http://a", "text": "Um.\nDois."}
CRAWLPT = {"id": 7, "text": "Um.\nDois.", "meta": {"title": "T", "uri": "http://a"}}
LISTED = {**PLAIN, "text": [{"paragraphs": ["Um."]}, {"paragraphs": ["Dois.", None, "Três."]}]}
NESTED = {"doc_id": "a-1", "title": "T", "uri": "http://a", "text": {"paragraphs": [["Um."], [], ["Dois.", "Três."]]}}


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
        path.write_bytes(pack(lines(row)))
    records, skipped = read(path)
    assert records == [Record(record.doc_id.format(name=path.name), record.title, record.uri, record.text)]
    assert not skipped


def test_names_in_capitals_are_read_as_others(tmp_path: Path) -> None:
    (tmp_path / "A.TXT").write_text("Um texto.", encoding="utf-8")
    (tmp_path / "B.Txt.Gz").write_bytes(gzip.compress("Outro texto.".encode("cp1252")))
    (tmp_path / "C.JSONL.ZST").write_bytes(zstandard.compress(lines({"text": "Um três."})))
    (tmp_path / "D.HTML").write_text("<p>Quarto.</p>", encoding="utf-8")
    pq.write_table(pa.table({"text": ["Quinto."]}), tmp_path / "E.PARQUET")
    files = expand((tmp_path,))
    assert [[record.text for record in read(file, document="file")[0]] for file in files] == [
        ["Um texto."],
        ["Outro texto."],
        ["Um três."],
        ["<p>Quarto.</p>"],  # `clean` removes tags
        ["Quinto."],
    ]
    assert not unknown_kinds((tmp_path,))
    (tmp_path / "F.TXT.GZ").write_bytes(gzip.compress("não".encode("cp1252")))
    with pytest.raises(PipelineError, match=r"unpack the file, then `iconv .*F\.TXT > new"):
        read(tmp_path / "F.TXT.GZ", document="line")


def test_lines_end_only_at_line_feeds(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    texts = ["um\u2028dois", "três\u0085quatro", "cinco\x1cseis\x0bsete"]
    path.write_bytes(lines(*({"text": text} for text in texts)))
    assert [record.text for record in read(path)[0]] == texts


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
    assert [record.text for record in read(path, document=document)[0]] == texts
    with path.open("rb") as raw:
        rest = list(read_open(path, raw, "a", "text", Counter(), Counter(), 1, document))
    assert [record.text for record in rest] == (texts if document == "line" else texts[1:])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_text_files_have_one_document_per_line(tmp_path: Path, pack: Any) -> None:
    path = tmp_path / ("a.txt" if pack is bytes else "a.txt.gz")
    path.write_bytes(pack("Um. <END> Dois.<END>\n\nTrês.\n".encode()))
    records, skipped = read(path)
    assert [record.text for record in records] == ["Um.\nDois.", "Três."]
    assert skipped == {"blank_line": 1}


def test_unusable_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = lines({"text": None}, {"text": "  "}, ["a"], {"text": "Fica."}, {"text": ""}, {"text": 3}, {"text": ""})
    path.write_bytes(rows + b'\n{"text": "ma\xe7\xe3"}\n \n{"text": "cor')
    records, skipped = read(path)
    assert [record.text for record in records] == ["Fica."]
    assert skipped == {"empty_text": 4, "malformed_json": 2, "not_text": 1, "not_utf8": 1, "blank_line": 2}


def test_lone_surrogates_and_very_deep_nesting_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    whole, half = b'{"text": "\\ud83d\\ude00"}\n', b'{"text": "a\\ud83d", "title": "x"}\n'
    encoded = b'{"text": "a\xed\xa0\x80"}\n'
    path.write_bytes(whole * 4 + half + encoded + b"[" * 200_000 + b"\n")
    records, skipped = read(path)
    assert [record.text for record in records] == ["\U0001f600"] * 4
    assert skipped == {"malformed_json": 3}


@pytest.mark.parametrize("kind", ["txt.gz", "jsonl.gz", "jsonl.zst"])
@pytest.mark.parametrize("size", [0, 3])
def test_a_packed_file_that_is_cut_at_once_is_refused_as_truncated(tmp_path: Path, kind: str, size: int) -> None:
    packed = zstandard.compress(b"um") if kind.endswith("zst") else gzip.compress(b"um")
    (tmp_path / f"cut.{kind}").write_bytes(packed[:size])
    with pytest.raises(PipelineError, match=f"cut.{kind}: damaged or truncated"):
        read(tmp_path / f"cut.{kind}")


@pytest.mark.parametrize("kind", ["txt", "txt.gz", "html"])
def test_a_document_of_no_bytes_is_skipped_as_empty(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"a.{kind}").touch()
    assert read(tmp_path / f"a.{kind}", document="file") == ([], {"empty_text": 1})


def test_a_file_of_no_rows_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.jsonl").touch()
    assert read(tmp_path / "a.jsonl") == ([], {})
    assert caplog.messages == [f"{tmp_path / 'a.jsonl'}: is empty"]


@pytest.mark.parametrize("kind", ["jsonl.gz", "jsonl.zst", "parquet"])
def test_a_truncated_file_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"cut.{kind}"
    rows = [{"text": f"texto número {i} {i * 7919 % 1000}"} for i in range(5000)]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_bytes({"jsonl.gz": gzip.compress, "jsonl.zst": zstandard.compress}[kind](lines(*rows)))
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(PipelineError, match=f"cut.{kind}: damaged or truncated"):
        read(path)


def test_a_missing_column_is_refused_by_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"content": ["x"]}), tmp_path / "a.parquet")
    with pytest.raises(PipelineError, match="no column text; it has content"):
        read(tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_bytes(lines({"content": "x"}))
    with pytest.raises(
        PipelineError, match=r"no record has a field text; they have content: correct corpus\.text_column"
    ):
        read(tmp_path / "a.jsonl")
    assert read(tmp_path / "a.jsonl", "content")[0][0].text == "x"


def test_unknown_kinds_and_globs_without_matches_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_text("x", encoding="utf-8")
    with pytest.raises(PipelineError, match="unknown kind of file"):
        read(tmp_path / "a.doc")
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


def test_linked_folders_are_read_and_links_to_nothing_are_named(tmp_path: Path) -> None:
    for name in ("corpus/b.txt", "elsewhere/c.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    folder = tmp_path / "corpus"
    (folder / "a").symlink_to("../elsewhere")
    assert expand((folder,)) == [folder / "a/c.txt", folder / "b.txt"]
    (folder / ".hidden").symlink_to("/nowhere")
    (folder / "gone").symlink_to("/nowhere")
    for path in (folder, folder / "*", folder / "gone"):
        with pytest.raises(PipelineError, match=f"{folder}/gone: is a link to a file that is not there; fetch it or"):
            expand((path,))


def test_the_real_corpus(real_data: Path) -> None:
    records, skipped = read(real_data / "corpus/blogs-00.jsonl.zst")
    assert len(records) == 2403
    assert not skipped


def test_a_file_that_may_not_be_read_is_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "a.txt")

    (tmp_path / "a.txt").write_text("um")
    monkeypatch.setattr("tinypt.corpus.files.read_open", refuse)
    with pytest.raises(PermissionError):
        read(tmp_path / "a.txt")
