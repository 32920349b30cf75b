from hypothesis import given
from hypothesis import strategies as st

from tinypt.reporting.tables import Table, counts_tables


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
