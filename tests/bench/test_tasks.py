"""Models evaluated on the tasks alone, and the tables of their scores."""

import json
from pathlib import Path

import pytest
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from bench import task_tables, tasks
from stages import soft_labels
from stages import tasks as tasks_stage
from tinypt.modeling.bert import same_shape
from tinypt.modeling.load import save_model

PARAMS = """seed: 7
tasks:
  sentiment: {kind: text_classification, max_contamination: 0.1, data: {format: sample}}
evaluate:
  mlm_blocks: 1
  sentences: 1
  max_length: 32
  finetune:
    {heads: [cls], learning_rates: [1.0e-2], dropouts: [0.0], folds: 2, fold_rows: null, epochs: 1, batch_size: 32,
     seeds: [1], joint: []}
  task_distillation: {teacher: null, students: [total], weight: 0.5, temperature: 2.0, recombined: 0.1}
"""


def test_a_student_is_scored_by_every_protocol_of_its_parameters(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    teacher: BertForMaskedLM,
    base: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    save_model(teacher, cased, Path("models/teacher"))
    save_model(same_shape(base, cased, seed=5), cased, Path("models/total/distilled"))
    tasks_stage.main()
    soft_labels.main()
    tasks.main("total=models/total/distilled")
    found = json.loads(Path("metrics/total/evaluate.json").read_text(encoding="utf-8"))["sentiment"]
    assert list(found) == ["frozen", "finetune_cls", "selection_cls", "task_distillation_cls"]
    task_tables.main("total", "missing")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "## sentiment"
    assert sum(line.startswith("| total |") for line in lines) == 1 + 3  # its scores, and each protocol's comparisons
