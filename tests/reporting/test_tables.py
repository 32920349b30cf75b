import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tinypt.reporting.tables import Table, counts_tables
from tinypt.runtime.errors import visible


def test_counts_are_shown_in_full_and_mappings_of_mappings_as_a_grid() -> None:
    drops = {"too_short": {"documents": 1234567, "bytes": 5}, "language": {"documents": 2, "share": 0.5}}
    plain, grid = counts_tables("clean", {"documents_in": 9, "skipped": {}, "by": {"x": 1}, "drops": drops})
    assert plain.rows == [["documents in", "9"], ["by: x", "1"]]
    assert grid.title == "clean: drops"
    assert grid.header == ["", "documents", "bytes", "share"]
    assert grid.rows == [["too short", "1,234,567", "5", "–"], ["language", "2", "–", "0.5000"]]
    assert counts_tables("clean", {}) == []


@given(st.lists(st.lists(st.text(alphabet="a|b", max_size=4), min_size=3, max_size=3), max_size=4))
def test_markdown_has_the_cells_of_every_row(rows: list[list[str]]) -> None:
    lines = Table("t", ["x", "y", "z"], rows, ["note"]).markdown().splitlines()
    assert len(lines) == len(rows) + 4
    for line in lines[: len(rows) + 2]:
        assert line.replace("\\|", "").count("|") == 4


def test_the_best_cells_are_bold_and_text_is_aligned_left() -> None:
    table = Table("", ["a", "b", "c"], [["x", "1", "y"]], best=frozenset({(0, 1)}), text=frozenset({0, 2}))
    assert table.markdown() == "| a | b | c |\n| :-- | --: | :-- |\n| x | **1** | y |\n"


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a|b", "`a`", "```", "a\nb\n\n# c", "![x](http://a)",
    "[x](javascript:alert(1))", "**a**", "</td></details>", "&lt;b&gt;", "$(touch x)", "@all", "~~a~~", "\\", "\\|",
    "\x00", "<!-- ", "-->", "<http://a>", "\u202ecod exe", "\x1b[31mred", "\ud800", "{{ a }}", "]]>", "a" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_data_are_shown_verbatim_in_one_cell(name: str) -> None:
    """Suffixes of files, classes of tasks and paths are keys of the metrics."""
    table = counts_tables("Counts", {"labels": {name: {name: 1}}, name: 2})
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    for tokens in (parser.parse(part.markdown()) for part in table):
        assert [token.type for token in tokens].count("tr_open") == 2
        inline = [token for token in tokens if token.type == "inline"]
        assert len(inline) == 4
        found = [child for token in inline for child in token.children or []]
        assert {child.type for child in found} <= {"text", "text_special", "html_inline"}
        assert all(child.content == "<!-- -->" for child in found if child.type == "html_inline")
        shown = "".join(child.content for child in inline[2].children or [] if child.type != "html_inline")
        assert shown == visible(" ".join(name.split()))
        assert shown.isprintable()
