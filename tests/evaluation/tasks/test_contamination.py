from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinypt.evaluation.tasks.contamination import check_contamination, find_repeats
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


def test_a_pair_is_the_same_in_either_order_case_and_spacing() -> None:
    data = pairs(
        ("o  gato dorme. ", "UM CÃO LATE.", "A"),
        ("Faz sol", "Chove muito", "A"),
        ("Chove muito", "Ela entrou.", "B"),  # both texts known, not together
        ("Nova frase", "Chove muito", "B"),
    )
    repeats = find_repeats(data)
    assert repeats.rows == [("test-0", "train-0"), ("test-1", "train-1")]
    assert repeats.same_label == 1
    assert repeats.known_texts == 3


def test_accents_are_the_same_however_encoded_and_no_accents_are_not() -> None:
    data = TaskData(
        Split(["train-0", "train-1"], ["caf\u00e9", "sol"], None, ["a", "b"]),
        Split(["test-0", "test-1"], ["cafe\u0301", "cafe"], None, ["a", "a"]),
    )
    assert find_repeats(data).rows == [("test-0", "train-0")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1), st.randoms())
def test_a_training_row_put_into_the_test_split_is_always_found(rows: list[tuple[str, str]], random: object) -> None:
    first, second = map(list, zip(*rows, strict=True))
    train = Split([f"train-{row}" for row in range(len(rows))], first, second, [1.0] * len(rows))
    row = random.randrange(len(rows))  # type: ignore[attr-defined]
    test = Split(["test-0", "test-1"], [second[row], "d"], [first[row], "a"], [1.0, 2.0])
    repeats = find_repeats(TaskData(train, test))
    assert [id for id, _ in repeats.rows] == ["test-0"]
    assert (repeats.same_label, repeats.known_texts) == (1, 1)


def test_more_repeats_than_allowed_are_refused_in_one_line() -> None:
    data = pairs(("O gato dorme.", "Um cão late.", "A"), ("x", "y", "A"), ("x", "z", "B"), ("u", "z", "B"))
    with pytest.raises(
        PipelineError, match=r"tasks\.pairs\.max_contamination: 1 of 4 test rows .* \(test-0 as train-0"
    ) as error:
        check_contamination("pairs", data, 0.2)
    assert "\n" not in str(error.value)
    assert "gato" not in str(error.value)  # ids, no texts: they may be private
    counts = check_contamination("pairs", data, 0.25)
    assert counts == {"test_rows_in_train": 1, "with_the_same_label": 1, "test_rows_of_known_texts": 1}
    assert check_contamination(
        "pairs", replace(data, test=replace(data.test, first=list("uvwx"))), 0.0
    ) == dict.fromkeys(counts, 0)


def test_official_assin2(real_data: Path) -> None:
    """Ten test pairs stand in training with their texts exchanged; none as it is."""
    folder = real_data / "assin2"
    data, _ = read_assin2(folder / "assin2-train-only.xml", folder / "assin2-test.xml", "pair_classification")
    assert check_contamination("assin2", data, 0.005) == {
        "test_rows_in_train": 10,
        "with_the_same_label": 1,
        "test_rows_of_known_texts": 439,
    }
    train = set(zip(data.train.first, data.train.second or [], strict=True))
    assert not train & set(zip(data.test.first, data.test.second or [], strict=True))
