import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertForMaskedLM,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from stages import soft_labels
from tests.conftest import seal
from tinypt.evaluation.finetuning.task_distillation import read_soft_labels, soft_labels_path
from tinypt.evaluation.model import load_encoder_model, tokenize_texts
from tinypt.evaluation.tasks.table import Split, TaskData, read_tasks, write_task
from tinypt.modeling.load import save_model
from tinypt.runtime.errors import PipelineError

PARAMS = """seed: 7
evaluate:
  mlm_blocks: 20
  sentences: 10
  max_length: 32
  finetune:
    {{heads: [matched, cls], learning_rates: [1.0e-2], dropouts: [0.0], folds: 2, fold_rows: null, epochs: 8,
     batch_size: 8, seeds: [1, 2], joint: [[entailment, similarity]]}}
  task_distillation: {distillation}
"""
DISTILLATION = "{{teacher: {teacher}, students: [total], weight: 0.5, temperature: 2.0, recombined: 1.0}}"
ENCODER = "{id: encoder, revision: null}"
WORDS = ["o", "a", "menina", "cozinha", "escola", "gato", "dorme", "corre"]
GROUP = ("entailment", "similarity")


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> Path:
    """Tasks of pairs, a teacher, and an encoder of sentence-transformers that has XLM-R's token types: one."""
    monkeypatch.chdir(tmp_path)
    save_model(teacher, cased, tmp_path / "models/teacher")
    save_encoder(tmp_path / "encoder")
    first = [f"{WORDS[row % 2]} {WORDS[2 + row % 6]} {WORDS[row % 5 + 3]}" for row in range(24)]
    second = [text if row % 2 else f"{WORDS[(row + 1) % 8]} {WORDS[row % 7]}" for row, text in enumerate(first)]
    for name, labels in (("entailment", ["sim", "não"] * 12), ("similarity", [5.0, 1.5] * 12)):
        splits = [Split([f"{split}-{row}" for row in range(24)], first, second, labels) for split in ("train", "test")]
        write_task(TaskData(*splits), tmp_path / "data/tasks" / name)
    seal(tmp_path / "data/tasks")
    return tmp_path


def save_encoder(folder: Path) -> None:
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    vocabulary = {piece: id for id, piece in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", mask_token="<mask>", **names)
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    config = XLMRobertaConfig(vocab_size=len(vocabulary), max_position_embeddings=66, type_vocab_size=1, **shape)
    XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(folder / "0_Transformer")
    fast.save_pretrained(folder / "0_Transformer")
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "0_Transformer"}]))


def run_stage(project: Path, distillation: str) -> None:
    (project / "params.yaml").write_text(PARAMS.format(distillation=distillation), encoding="utf-8")
    soft_labels.main()


def test_nothing_is_written_without_task_distillation(project: Path) -> None:
    run_stage(project, "null")
    assert [path.name for path in (project / "data/soft_labels").iterdir()] == ["checksums.xxh3"]
    assert json.loads((project / "metrics/soft_labels.json").read_text()) == {}


@pytest.mark.parametrize("source", ["null", ENCODER])
def test_the_teacher_learns_the_tasks_and_labels_training_texts_and_new_pairs(project: Path, source: str) -> None:
    run_stage(project, DISTILLATION.format(teacher=source))
    scores = json.loads((project / "metrics/soft_labels.json").read_text())
    assert scores["entailment"]["f1_mean"] > 0.9
    assert scores["similarity"]["pearson_mean"] > 0.8
    tasks = read_tasks(project / "data/tasks")
    found = read_soft_labels(tasks, soft_labels_path(project / "data/soft_labels", GROUP))
    assert found.texts.first[:24] == tasks["entailment"].train.first
    assert len(found.texts.first) > 24
    right = found.outputs["entailment"][:24].argmax(axis=1) == tasks["entailment"].class_indices(
        tasks["entailment"].train
    )
    assert np.mean(right) > 0.9
    before = (project / "metrics/soft_labels.json").read_bytes()
    run_stage(project, DISTILLATION.format(teacher=source))
    assert (project / "metrics/soft_labels.json").read_bytes() == before


def test_the_second_text_is_told_apart_without_token_types(project: Path) -> None:
    encoder = load_encoder_model("encoder", project / "encoder", 64)
    assert not encoder.token_types
    pieces = tokenize_texts(encoder, ["o gato"], ["a menina dorme"])
    assert pieces.types == [[0, 0, 0, 0, 0, 1, 1, 1, 0]]  # <s> o gato </s> </s> a menina dorme </s>
    assert load_encoder_model("teacher", project / "models/teacher", 64).token_types


def test_an_encoder_that_cannot_be_loaded_is_named(project: Path) -> None:
    (project / "encoder/0_Transformer/config.json").unlink()
    with pytest.raises(PipelineError, match=r"^encoder: cannot be loaded for fine-tuning: "):
        run_stage(project, DISTILLATION.format(teacher=ENCODER))
