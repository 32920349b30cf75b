import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinypt.corpus.records import Record
from tinypt.corpus.vert import read_vert
from tinypt.runtime.errors import PipelineError

SMALL = """<doc docid="netg-1" title="Um "belo" dia & outro" uri="http://a.br/?x=1&y=2">
<p>
<s>
Olá
<g/>
,
mundo
<g/>
!
</s>
<s>
Fim
<g/>
</s>
<s>
<g/>
Outra
</s>
</p>
<p>
<s>
R$
&amp;
5
</s>
</p>
</doc>
<doc docid="netg-2" title="" uri="">
<p>
<s>
Só
isto
</s>
</p>
</doc>"""


NEXT_SENTENCE = "</s>\n<s>"
NEXT_PARAGRAPH = "</s>\n</p>\n<p>\n<s>"
EMPTY_PARAGRAPH = "</s>\n</p>\n<p>\n</p>\n<p>\n<s>"
GLUE_BETWEEN = ["</s>\n<g/>\n<s>", "</s>\n</p>\n<g/>\n<p>\n<s>", "</s>\n<g/>\n</p>\n<p>\n<g/>\n<s>"]
LINES = st.lists(
    st.sampled_from(["a", "é,", "<g/>", NEXT_SENTENCE, NEXT_PARAGRAPH, EMPTY_PARAGRAPH, *GLUE_BETWEEN]), max_size=12
)


def _line_by_line(document: str) -> str:
    """Reference reader: the text of a document, read one line at a time."""
    paragraphs: list[list[str]] = []
    glued = False
    for line in document.split("\n")[1:-1]:
        if line == "<p>":
            paragraphs.append([])
        elif line == "<s>":
            paragraphs[-1].append("")
        elif line not in ("</s>", "</p>", "<g/>"):
            paragraphs[-1][-1] += line if glued or not paragraphs[-1][-1] else f" {line}"
        glued = line == "<g/>"
    texts = (" ".join(filter(None, sentences)) for sentences in paragraphs)
    return "\n".join(filter(None, texts))


def _read(path: Path) -> tuple[list[Record], Counter[str], Counter[str]]:
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    rows = [row for batch in read_vert(path, counts, skipped) for row in batch.rows.to_pylist()]
    return [Record(**row) for row in rows], +counts, skipped


@pytest.mark.parametrize("chunk", [1 << 23, 64, 7])
@pytest.mark.parametrize("suffix", [".vert", ".vert.gz"])
def test_paragraphs_sentences_and_glue_marks_are_read(
    tmp_path: Path, suffix: str, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tinypt.corpus.vert.CHUNK", chunk)
    path = tmp_path / f"brwac{suffix}"
    content = SMALL.encode()
    path.write_bytes(gzip.compress(content) if suffix.endswith(".gz") else content)
    records, counts, skipped = _read(path)
    assert records == [
        Record("netg-1", 'Um "belo" dia & outro', "http://a.br/?x=1&y=2", "Olá, mundo! Fim Outra\nR$ &amp; 5"),
        Record("netg-2", "", "", "Só isto"),
    ]
    assert counts == {"paragraphs": 3, "sentences": 5, "tokens": 11, "glue_marks": 4}
    assert not skipped


@given(LINES)
def test_the_text_equals_the_reference_readers(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    body = "\n".join([*lines, "x"])
    document = f'<doc docid="d" title="" uri="">\n<p>\n<s>\n{body}\n</s>\n</p>\n</doc>'
    path = tmp_path_factory.getbasetemp() / "one.vert"
    path.write_text(document, encoding="utf-8")
    ((record,), counts, _) = _read(path)
    assert record.text == _line_by_line(document)
    rows = document.split("\n")
    assert counts["glue_marks"] == rows.count("<g/>")
    assert counts["sentences"] == rows.count("<s>")
    assert counts["tokens"] == sum(not row.startswith("<") for row in rows)


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    path.write_bytes(SMALL.replace("\n", "\r\n").encode())
    assert [record.text for record in _read(path)[0]] == ["Olá, mundo! Fim Outra\nR$ &amp; 5", "Só isto"]


def test_unusable_parts_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    empty = '<doc docid="e" title="" uri="">\n<p>\n</p>\n</doc>\n'
    path.write_text(
        f'<doc id="1">\n<p>\n</p>\n</doc>\n{empty}{SMALL}\n<doc docid="cut" title="" uri="">\n<p>\n<s>\nO',
        encoding="utf-8",
    )
    records, _, skipped = _read(path)
    assert [record.doc_id for record in records] == ["netg-1", "netg-2"]
    assert skipped == {"malformed_header": 1, "empty_text": 1, "unfinished_document": 1}


def test_documents_next_to_stray_lines_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    path.write_text(
        f'outside\n{SMALL}\n<doc docid="lost" title="" uri="">\n<p>\n<s>\nmeio\n{SMALL}\nfim\n', encoding="utf-8"
    )
    records, _, skipped = _read(path)
    assert [record.doc_id for record in records] == ["netg-1", "netg-2"] * 2
    assert skipped == {"outside_document": 2, "unfinished_document": 1}


def test_bytes_that_are_not_utf8_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    path.write_bytes(SMALL.encode().replace(b"isto", b"ist\xff"))
    records, counts, _ = _read(path)
    assert records[1].text == "Só ist\ufffd"
    assert counts["documents_not_utf8"] == 1


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    path.write_bytes((SMALL + "\n" + SMALL).encode("latin-1"))
    with pytest.raises(PipelineError, match=r"of the first 4 documents 4 are not UTF-8; convert it .*`iconv"):
        _read(path)


def test_a_title_in_another_encoding_keeps_its_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    path.write_bytes('<doc docid="l" title="maçã" uri="">\num\n</doc>\n'.encode("latin-1") + SMALL.encode())
    assert _read(path)[0][0].title == "maçã"


def test_a_byte_order_mark_is_no_part_of_the_first_document(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    path.write_text(SMALL, encoding="utf-8-sig")
    records, _, skipped = _read(path)
    assert [record.doc_id for record in records] == ["netg-1", "netg-2"]
    assert not skipped


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('<doc docid="a" title="" uri="">\nOlá\tINTJ\tolá\nmundo\tN\tmundo\n</doc>\n', r"several columns; .*`cut -f1`"),
        (
            SMALL + '\n<doc id="1">\num\n</doc>' * 3,
            "3 of 5 rows are malformed_header; a document begins",
        ),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.vert"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PipelineError, match=message):
        _read(path)


@pytest.mark.parametrize("name", ["a.vert.zst", "A.VERT.ZST"])
def test_zstd_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(PipelineError, match="unpack it"):
        _read(tmp_path / name)


def test_a_text_that_would_take_minutes_to_clean_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinypt.corpus.vert.LONGEST_TEXT", 10)
    path = tmp_path / "a.vert"
    path.write_text(SMALL, encoding="utf-8")
    records, _, skipped = _read(path)
    assert [record.text for record in records] == ["Só isto"]
    assert skipped == {"too_long": 1}


@pytest.mark.parametrize("part", ['" title="', '" uri="', '">', '<doc docid="'])
def test_a_header_is_read_in_time_linear_in_its_length(tmp_path: Path, part: str) -> None:
    path = tmp_path / "a.vert"
    path.write_text(f'<doc docid="{part * 100_000}\n<p>\n<s>\num\n</s>\n</p>\n</doc>\n{SMALL}')
    assert len(_read(path)[0]) >= 2


def test_another_format_is_refused_before_it_fills_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinypt.corpus.vert.LONGEST", 1000)
    monkeypatch.setattr("tinypt.corpus.vert.CHUNK", 100)
    path = tmp_path / "a.vert"
    path.write_text("palavra\n" * 1000, encoding="utf-8")
    with pytest.raises(PipelineError, match=r"no </doc> in .*not brWaC's"):
        _read(path)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no such file"):
        _read(tmp_path / "none.vert")
    cut = tmp_path / "cut.vert.gz"
    cut.write_bytes(gzip.compress(SMALL.encode() * 50)[:-20])
    with pytest.raises(PipelineError, match=r"cut\.vert\.gz: damaged or truncated"):
        _read(cut)
    other = tmp_path / "other.vert"
    other.write_text("not a vert file\n", encoding="utf-8")
    with pytest.raises(PipelineError, match="not brWaC's"):
        _read(other)


@pytest.mark.parametrize(
    ("name", "documents", "paragraphs", "sentences", "tokens", "glue_marks"),
    [("brwac_tfds_20docs.vert", 20, 902, 2442, 73_838, 9852), ("brwac_hf_5docs.vert", 5, 28, 52, 724, 106)],
)
def test_real_excerpts_of_brwac(
    real_data: Path, name: str, documents: int, paragraphs: int, sentences: int, tokens: int, glue_marks: int
) -> None:
    records, counts, skipped = _read(real_data / "brwac_sample" / name)
    assert len(records) == documents
    assert counts == {"paragraphs": paragraphs, "sentences": sentences, "tokens": tokens, "glue_marks": glue_marks}
    assert not skipped
    documents_read = (real_data / "brwac_sample" / name).read_text(encoding="utf-8").split("</doc>")
    texts = [_line_by_line(document.strip() + "\n</doc>") for document in documents_read if document.strip()]
    assert [record.text for record in records] == texts


@pytest.mark.parametrize("suffix", [".vert", ".vert.gz"])
def test_reading_continues_from_any_batch(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinypt.corpus.vert.CHUNK", 300)
    path = tmp_path / f"brwac{suffix}"
    content = "\n".join(SMALL.replace("netg-", f"netg-{index}-") for index in range(20)).encode()
    path.write_bytes(gzip.compress(content) if suffix.endswith(".gz") else content)
    batches = list(read_vert(path, Counter(), Counter()))
    assert len(batches) > 5
    assert batches[-1].read == 1
    rows = [row for batch in batches for row in batch.rows.to_pylist()]
    for batch in batches:
        rest = read_vert(path, Counter(), Counter(), batch.start)
        again = [row for later in rest for row in later.rows.to_pylist()]
        assert again == rows[-len(again) :]
        assert again[0] == batch.rows.slice(0, 1).to_pylist()[0]


def test_a_token_that_begins_like_a_tag_is_a_token(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    path.write_text(SMALL.replace("Só", "<p>Só").replace("isto", "<s"), encoding="utf-8")
    assert _read(path)[0][1].text == "<p>Só <s"
