from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.reporting.conftest import HOSTILE
from tinypt.reporting.corpus import MAX_LENGTH, examples_markdown, fenced, funnel_table, read_examples, read_funnel
from tinypt.runtime.errors import PipelineError


def test_the_funnel_begins_with_all_documents(metrics: Path) -> None:
    funnel = read_funnel(metrics / "funnel.csv")
    assert funnel == [("raw", 100), ("too_short", 90), ("near_duplicate", 80)]
    assert funnel_table(funnel).rows[1] == ["too short", "10", "90", "90.0%"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("rule,documents_dropped,documents_left\n", "has no rows"),
        ("rule,documents_dropped,documents_left\ntoo_short,1,many\n", "counts must be whole numbers"),
        ("rule\ntoo_short\n", "column documents_dropped is missing"),
    ],
)
def test_a_broken_funnel_is_refused(metrics: Path, content: str, message: str) -> None:
    (metrics / "funnel.csv").write_text(content)
    with pytest.raises(PipelineError, match=rf"funnel.csv: {message}.*dvc repro select"):
        read_funnel(metrics / "funnel.csv")


def test_examples_are_few_and_cut(metrics: Path) -> None:
    examples = read_examples(metrics.parent / "data/select/examples.jsonl")
    assert examples["too_short"] == ["Curto."]
    whole, cut = examples["near_duplicate"]
    assert whole == HOSTILE
    assert len(cut) == MAX_LENGTH + 2
    assert "Dropped as near duplicate: 2 examples" in examples_markdown(examples)


@pytest.mark.parametrize("line", ["{", "[]", '{"rule": "a"}'])
def test_a_line_in_another_form_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text(f'{{"rule": "a", "text": "b"}}\n{line}\n')
    with pytest.raises(PipelineError, match=r"examples.jsonl: line 2 is not an example; run `dvc repro select` again$"):
        read_examples(file)


@given(st.text(alphabet="a`~ \n<>&*|", max_size=40))
def test_a_fence_holds_any_text(text: str) -> None:
    first, *rest = MarkdownIt("commonmark").parse(fenced(text))
    assert (first.type, rest) == ("fence", [])
    assert first.content == text + "\n"
