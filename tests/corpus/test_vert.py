import gzip
from collections import Counter
from pathlib import Path

import pytest

from tinypt.corpus.records import Record
from tinypt.corpus.vert import read_vert
from tinypt.errors import PipelineError

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


def _read(path: Path) -> tuple[list[Record], Counter[str], Counter[str]]:
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    return list(read_vert(path, counts, skipped)), counts, skipped


@pytest.mark.parametrize("chunk", [1 << 23, 64, 7])
@pytest.mark.parametrize("suffix", [".vert", ".vert.gz"])
def test_paragraphs_sentences_and_glue(
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


def test_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    path.write_bytes(SMALL.replace("\n", "\r\n").encode())
    assert [record.text for record in _read(path)[0]] == ["Olá, mundo! Fim Outra\nR$ &amp; 5", "Só isto"]


def test_what_cannot_be_used_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.vert"
    empty = '<doc docid="e" title="" uri="">\n<p>\n</p>\n</doc>\n'
    path.write_text(
        f'<doc id="1">\n<p>\n</p>\n</doc>\n{empty}{SMALL}\n<doc docid="cut" title="" uri="">\n<p>\n<s>\nO',
        encoding="utf-8",
    )
    records, _, skipped = _read(path)
    assert [record.doc_id for record in records] == ["netg-1", "netg-2"]
    assert skipped == {"malformed_header": 1, "empty_text": 1, "unfinished_document": 1}


def test_damage_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no such file"):
        _read(tmp_path / "none.vert")
    cut = tmp_path / "cut.vert.gz"
    cut.write_bytes(gzip.compress(SMALL.encode() * 50)[:-20])
    with pytest.raises(PipelineError, match=r"cut\.vert\.gz: damaged or cut short"):
        _read(cut)
    other = tmp_path / "other.vert"
    other.write_text("not a vert file\n", encoding="utf-8")
    with pytest.raises(PipelineError, match="not brWaC's"):
        _read(other)


@pytest.mark.parametrize(
    ("name", "documents", "paragraphs", "sentences", "tokens", "glue_marks"),
    [("brwac_tfds_20docs.vert", 20, 902, 2442, 73_838, 9852), ("brwac_hf_5docs.vert", 5, 28, 52, 724, 106)],
)
def test_genuine_pieces_of_brwac(
    real_data: Path, name: str, documents: int, paragraphs: int, sentences: int, tokens: int, glue_marks: int
) -> None:
    records, counts, skipped = _read(real_data / "brwac_sample" / name)
    assert len(records) == documents
    assert counts == {"paragraphs": paragraphs, "sentences": sentences, "tokens": tokens, "glue_marks": glue_marks}
    assert not skipped
    assert all("<" not in record.text or "<s>" not in record.text for record in records)
