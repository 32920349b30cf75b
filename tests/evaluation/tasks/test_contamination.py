from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinypt.evaluation.tasks.contamination import check_contamination, find_contamination
from tinypt.evaluation.tasks.official import read_assin2
from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.runtime.errors import PipelineError

TRAIN = Split(
    ["train-0", "train-1", "train-2"],
    ["O gato dorme.", "Chove muito", "Ele saiu."],
    ["Um cão late.", "Faz sol", "Ela entrou."],
    ["A", "B", "A"],
)


def pairs(*rows: tuple[str, str, str]) -> TaskData:
    first, second, labels = map(list, zip(*rows, strict=True))
    return TaskData(TRAIN, Split([f"test-{row}" for row in range(len(rows))], first, second, labels))


def test_order_case_and_spacing_of_a_pair_are_ignored() -> None:
    data = pairs(
        ("o  gato dorme. ", "UM CÃO LATE.", "A"),
        ("Faz sol", "Chove muito", "A"),
        ("Chove muito", "Ela entrou.", "B"),  # both texts known, but not as a pair
        ("Nova frase", "Chove muito", "B"),
    )
    found = find_contamination(data)
    assert found.rows == [("test-0", "train-0"), ("test-1", "train-1")]
    assert found.same_label == 1
    assert found.known_texts == 3


def test_accents_match_in_any_encoding_but_not_their_absence() -> None:
    data = TaskData(
        Split(["train-0", "train-1"], ["caf\u00e9", "sol"], None, ["a", "b"]),
        Split(["test-0", "test-1"], ["cafe\u0301", "cafe"], None, ["a", "a"]),
    )
    assert find_contamination(data).rows == [("test-0", "train-0")]


def test_invisible_characters_hide_no_training_row() -> None:
    hidden = [
        "O ga\u00adto dor\u00adme.",
        "O\u200bgato\u200b dorme.",
        "\ufeffO gato\u200e dorme\u2060.",
        "O gato\x0bdorme.\x00",
        "O ga\u034fto\ufe0f dor\u3164me.\U000e0041\U000f0000",
    ]
    data = TaskData(
        Split(["train-0", "train-1"], ["O gato dorme.", "sol"], None, ["a", "b"]),
        Split([f"test-{row}" for row in range(len(hidden))], hidden, None, ["a"] * len(hidden)),
    )
    assert [train for _, train in find_contamination(data).rows] == ["train-0"] * len(hidden)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1), st.randoms())
def test_a_training_row_in_the_test_split_is_always_found(rows: list[tuple[str, str]], random: object) -> None:
    first, second = map(list, zip(*rows, strict=True))
    train = Split([f"train-{row}" for row in range(len(rows))], first, second, [1.0] * len(rows))
    row = random.randrange(len(rows))  # type: ignore[attr-defined]
    test = Split(["test-0", "test-1"], [second[row], "d"], [first[row], "a"], [1.0, 2.0])
    found = find_contamination(TaskData(train, test))
    assert [id for id, _ in found.rows] == ["test-0"]
    assert (found.same_label, found.known_texts) == (1, 1)


def test_too_much_contamination_is_refused_in_one_line() -> None:
    data = pairs(("O gato dorme.", "Um cão late.", "A"), ("x", "y", "A"), ("x", "z", "B"), ("u", "z", "B"))
    with pytest.raises(
        PipelineError, match=r"tasks\.pairs\.max_contamination: 1 of 4 test rows .* \(the first: test-0 as train-0"
    ) as error:
        check_contamination("pairs", data, 0.2)
    assert "\n" not in str(error.value)
    assert "gato" not in str(error.value)  # ids but no texts, which may be private
    counts = check_contamination("pairs", data, 0.25)
    assert counts == {"test_rows_in_train": 1, "with_the_same_label": 1, "test_rows_of_known_texts": 1}
    assert check_contamination(
        "pairs", replace(data, test=replace(data.test, first=list("uvwx"))), 0.0
    ) == dict.fromkeys(counts, 0)


def test_official_assin2(real_data: Path) -> None:
    """Ten test pairs are in the training split with their texts exchanged; none is there in the same order."""
    folder = real_data / "assin2"
    data, _ = read_assin2(folder / "assin2-train-only.xml", folder / "assin2-test.xml", "pair_classification")
    assert check_contamination("assin2", data, 0.005) == {
        "test_rows_in_train": 10,
        "with_the_same_label": 1,
        "test_rows_of_known_texts": 439,
    }
    train = set(zip(data.train.first, data.train.second or [], strict=True))
    assert not train & set(zip(data.test.first, data.test.second or [], strict=True))
