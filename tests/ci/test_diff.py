"""The diff report: in a fixed order, with intervals, without numbers that print the same."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ci.diff import changed_numbers, report

SCORES = {
    "mlm.loss": {"old": 4.69704, "new": 4.51},
    "words.bits_per_character": {"old": 1.34478, "new": 1.30001},
    "words.words": {"old": 476, "new": 476},
    "assin2.frozen.f1": {"old": 0.679872, "new": 0.69},
    "assin2.frozen.f1_low": {"old": 0.626393, "new": 0.64},
    "assin2.frozen.f1_high": {"old": 0.733147, "new": 0.75},
    "assin2.finetune_cls.seeds": {"old": 5, "new": 5},
    "assin2.finetune_cls.f1_mean": {"old": 0.5, "new": 0.6},
    "assin2.finetune_cls.f1_sd": {"old": 0.01, "new": 0.02},
}
METRICS = {
    "metrics/total/evaluate.json": SCORES,
    "metrics/total/distill.json": {"validation_mlm": {"old": 4.79338, "new": 4.7}},
    "metrics/partial/evaluate.json": {"mlm.loss": {"old": 4.0, "new": 4.00001}},
    "metrics/compare.json": {
        "gap.total.value": {"old": 0.5, "new": 0.5},
        "gap.total.low": {"old": 0.4, "new": 0.3},
        "gap.total.high": {"old": 0.6, "new": 0.7},
        "gap.total.verdict": {"old": "better", "new": "no difference shown"},
    },
}
PARAMETERS = {"params.yaml": {"students.total.distill.temperature": {"old": 2.0, "new": 4.0, "diff": 2.0}}}


def _text(parameters: dict[str, Any], metrics: dict[str, Any]) -> str:
    return "\n".join(report(parameters, metrics, "main", "warmer"))


def test_each_changed_number_has_a_row_with_its_interval() -> None:
    assert changed_numbers(METRICS) == {
        "compare": [
            ["gap.total.value", "0.5 [0.4, 0.6]", "0.5 [0.3, 0.7]", ""],
            ["gap.total.verdict", "better", "no difference shown", ""],
        ],
        "total": [
            ["distill.validation_mlm", "4.793", "4.7", "-0.0934"],
            ["assin2.finetune_cls.f1_mean", "0.5 ± 0.01", "0.6 ± 0.02", "+0.1"],
            ["assin2.frozen.f1", "0.6799 [0.6264, 0.7331]", "0.69 [0.64, 0.75]", "+0.0101"],
            ["mlm.loss", "4.697", "4.51", "-0.187"],
            ["words.bits_per_character", "1.345", "1.3", "-0.0448"],
        ],
    }


def test_the_report_begins_with_parameters_and_headline() -> None:
    lines = _text(PARAMETERS, METRICS).splitlines()
    assert lines[0] == "## main → warmer"
    assert "| `students.total.distill.temperature` | 2.0 | 4.0 |" in lines
    metrics = "assin2<br>finetune_cls<br>f1 | assin2<br>frozen<br>f1 | words<br>bits_per_character"
    header = lines.index(f"| model | {metrics} |")
    assert lines[header + 2] == "| total | 0.5 → 0.6 | 0.6799 → 0.69 | 1.345 → 1.3 |"
    assert "<details open><summary><b>total</b>: 5 changed</summary>" in lines


def test_many_rows_are_collapsed() -> None:
    many = {f"metrics/model{i}/evaluate.json": SCORES for i in range(20)}
    assert "<details open>" not in _text({}, many)
    assert _text({}, many).count("<details>") == 20


def test_a_new_student_has_no_old_value() -> None:
    new = {"metrics/fifth/evaluate.json": {"mlm.loss": {"old": None, "new": 4.1}, "words.words": {"new": 9}}}
    assert changed_numbers(new) == {"fifth": [["mlm.loss", "–", "4.1", ""], ["words.words", "–", "9", ""]]}


def test_an_empty_difference_says_so() -> None:
    text = _text({}, {"metrics/total/evaluate.json": {"mlm.loss": {"old": 4.0, "new": 4.0}}})
    assert "None changed." in text
    assert "None changed in the first four digits." in text
    assert "|" not in text


def test_a_bar_in_a_value_is_escaped() -> None:
    assert "a\\|b" in _text({"params.yaml": {"corpus.source": {"old": "a|b", "new": "c"}}}, {})


@given(st.integers())
def test_the_order_is_fixed(seed: int) -> None:
    """DVC builds its rows from a Python set, so their order varies between calls."""
    shuffle = random.Random(seed)

    def shuffled(mapping: dict[str, Any]) -> dict[str, Any]:
        items = [(key, shuffled(value) if isinstance(value, dict) else value) for key, value in mapping.items()]
        shuffle.shuffle(items)
        return dict(items)

    assert _text(shuffled(PARAMETERS), shuffled(METRICS)) == _text(PARAMETERS, METRICS)
