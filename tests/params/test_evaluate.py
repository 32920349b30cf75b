from pathlib import Path

import pytest

from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load
from tinypt.runtime.errors import PipelineError

FINETUNE = {
    "heads": "[matched, cls]",
    "learning_rates": "[1.0e-4, 1.0e-3]",
    "dropouts": "[0.0, 0.1]",
    "folds": "2",
    "fold_rows": "null",
    "epochs": "2",
    "batch_size": "16",
    "seeds": "[1, 2]",
    "joint": "[]",
}


def finetune(**changes: str) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in (FINETUNE | changes).items()) + "}"


GOOD = {"mlm_blocks": "100", "sentences": "50", "max_length": "64", "finetune": finetune(), "task_distillation": "null"}


def read(tmp_path: Path, **changes: str) -> Evaluate:
    path = tmp_path / "params.yaml"
    lines = "".join(f"  {key}: {value}\n" for key, value in (GOOD | changes).items())
    path.write_text(f"evaluate:\n{lines}", encoding="utf-8")
    return load("evaluate", Evaluate, path)


def test_a_valid_section_is_read(tmp_path: Path) -> None:
    options = read(tmp_path)
    assert options.finetune.seeds == (1, 2)
    assert options.max_length == 64


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("mlm_blocks", "0", "evaluate.mlm_blocks: must be greater than 0"),
        ("max_length", "513", "evaluate.max_length: must be from 8 to 512"),
        (
            "finetune",
            finetune(learning_rates="[1.0e-3, -1.0]"),
            r"evaluate.finetune.learning_rates\[1\]: must be greater than 0",
        ),
        (
            "finetune",
            finetune(learning_rates="[]"),
            "evaluate.finetune.learning_rates: must hold at least one learning rate",
        ),
        (
            "finetune",
            finetune(dropouts="[1.0]"),
            r"evaluate.finetune.dropouts\[0\]: must be at least 0 and less than 1",
        ),
        ("finetune", finetune(dropouts="[]"), "evaluate.finetune.dropouts: must hold at least one dropout"),
        ("finetune", finetune(seeds="[]"), "evaluate.finetune.seeds: must hold at least one seed"),
        ("finetune", finetune(heads="[]"), "evaluate.finetune.heads: must hold at least one head"),
        ("finetune", finetune(heads="[cls, cls]"), "evaluate.finetune.heads: must not repeat a value"),
        ("finetune", finetune(seeds="[1, 1]"), "evaluate.finetune.seeds: must not repeat a value"),
        (
            "task_distillation",
            "{teacher: null, students: [], weight: 0.5, temperature: 2.0, recombined: 1.0}",
            "evaluate.task_distillation.students: must name at least one student",
        ),
        (
            "task_distillation",
            "{teacher: null, students: [a], weight: 0.0, temperature: 2.0, recombined: 1.0}",
            "evaluate.task_distillation.weight: must be greater than 0",
        ),
        (
            "task_distillation",
            "{teacher: {id: a/b, revision: main}, students: [a], weight: 0.5, temperature: 2.0, recombined: 1.0}",
            "evaluate.task_distillation.teacher.revision: must be the 40-digit commit of a/b on the hub",
        ),
        ("finetune", finetune(folds="1"), "evaluate.finetune.folds: must be at least 2"),
        ("finetune", finetune(fold_rows="1"), "evaluate.finetune.fold_rows: must be null or at least folds"),
        ("finetune", finetune(joint="[[a]]"), r"evaluate.finetune.joint\[0\]: must name at least two tasks"),
        ("finetune", finetune(joint="[[a, b], [c, a]]"), "evaluate.finetune.joint: must not name a task twice"),
    ],
)
def test_mistakes_are_refused(tmp_path: Path, key: str, value: str, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        read(tmp_path, **{key: value})


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("seeds", "[-1]", r"seeds\[0\]: must be from 0"),
        ("seeds", "[1, 18446744073709551616]", r"seeds\[1\]: must be from -9223372036854775807 to"),
        ("epochs", "1000000000000", "epochs: must be at most 100,000"),
    ],
)
def test_numbers_that_no_run_can_use_are_refused(tmp_path: Path, key: str, value: str, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        read(tmp_path, finetune=finetune(**{key: value}))
